export { MAX_DNS_MESSAGE_BYTES, MAX_PAYLOAD_BYTES } from './constants.ts';
export type {
  AbsentKey,
  AskedSources,
  Disagreement,
  DiscoverNoiseKey,
  DiscoverOptions,
  DiscoveryResult,
  FailedSource,
  FoundKey,
  RefusalOutcome,
  RefusedKey,
  RevokedKey,
  UnreachableKey,
} from './discovery/discovery-result.ts';
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
export {
  DISCOVERY_ERRORS,
  DiscoveryError,
  type EndpointProblem,
  type MessageProblem,
  type RecordProblem,
} from './errors.ts';
export {
  createHomeserverDirectory,
  type DirectoryCall,
  type DirectoryOptions,
  type LocatedHomeserver,
  type PkarrDirectory,
} from './homeserver/homeserver-directory.ts';
export { type HomeserverAddress, homeserverRecords, userRecord } from './homeserver/homeserver-records.ts';
export type { OwnFiles } from './ports/own-files.ts';
export type { FileCall, FileListing, FileRead, PublicFiles } from './ports/public-files.ts';
export type {
  OpenRecords,
  RecordCodec,
  RecordStore,
  StoreCall,
  StoredRecord,
} from './ports/record-store.ts';
export type {
  FailedTarget,
  Publication,
  PublicationReport,
  PublicationTarget,
  PublishCall,
  RecordPublication,
  Retirement,
} from './publications/publication.ts';
export type { PacketChange } from './publishing/packet-change.ts';
export { type UpdateOptions, updatePacket } from './publishing/update-packet.ts';
export type {
  FailedRelay,
  PacketSource,
  PacketStore,
  ReadOptions,
  WriteOptions,
  WriteReport,
} from './relays/packet-store.ts';
export { createRelay, type RelayOptions } from './relays/relay.ts';
export { createRelaySet, type RelaySetOptions } from './relays/relay-set.ts';
export { ownName } from './signed-packet/own-name.ts';
export { signPacket } from './signed-packet/sign-packet.ts';
export {
  compareSignedPackets,
  parseSignedPacket,
  type SignedPacket,
  signedPacketPayload,
} from './signed-packet/signed-packet.ts';
