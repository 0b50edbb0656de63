export { MAX_DNS_MESSAGE_BYTES, MAX_PAYLOAD_BYTES } from './constants.ts';
export { decodeDnsMessage, encodeDnsMessage } from './dns/message.ts';
export type {
  AddressData,
  DnsRecord,
  DnsRecordData,
  NameData,
  ServiceData,
  TextData,
  UnknownData,
} from './dns/record.ts';
export { DISCOVERY_ERRORS, DiscoveryError, type MessageProblem, type RecordProblem } from './errors.ts';
export { type HomeserverAddress, homeserverRecords, userRecord } from './homeserver/homeserver-records.ts';
export { ownName } from './signed-packet/own-name.ts';
export { signPacket } from './signed-packet/sign-packet.ts';
export {
  compareSignedPackets,
  parseSignedPacket,
  type SignedPacket,
  signedPacketPayload,
} from './signed-packet/signed-packet.ts';
