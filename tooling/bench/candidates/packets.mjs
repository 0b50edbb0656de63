import { createRequire } from 'node:module';
import { decodeDnsMessage, encodeDnsMessage, signedPacketPayload } from '@pubky-paykit/pkarr-discovery';
import { sameBytes } from './candidate.mjs';

/** @typedef {import('@pubky-paykit/pkarr-discovery').DnsRecord} DnsRecord */
/** @typedef {{ id?: number, type?: string, flags?: number, answers: readonly unknown[] }} PeerPacket */
/** @typedef {{ encode(packet: PeerPacket): Uint8Array, decode(bytes: Uint8Array): PeerPacket }} DnsPacket */

const SIGNATURE_BYTES = 64;
const TIMESTAMP_BYTES = 8;
export const MESSAGE_START = SIGNATURE_BYTES + TIMESTAMP_BYTES;
export const TIMESTAMP = 1_700_000_000_123_456n;
/** What a packet carries where nothing is signed. */
const NO_SIGNATURE = new Uint8Array(SIGNATURE_BYTES);

/**
 * A packet, and what it is made of.
 *
 * @typedef {object} Sample
 * @property {Uint8Array} publicKey
 * @property {readonly DnsRecord[]} records
 */

/**
 * Writes the records of a packet, and reads what it has written.
 *
 * @typedef {object} PacketCodec
 * @property {string} name
 * @property {readonly string[]} packages
 * @property {(sample: Sample) => { encode: () => Uint8Array, decode: (bytes: Uint8Array) => unknown }} open
 * @property {() => Promise<void>} [load] comes before `open`, and weakens libsodium for the whole process: in a bench's own only
 * @property {number} messageStart where the DNS message stands in what is written
 */

/** The codec alone. */
export const OUR_MESSAGES = 'ours, message alone';
export const PEER_MESSAGES = 'dns-packet, message alone';
/** The payload of a relay, with all work but that of Ed25519. */
export const OUR_PACKETS = 'ours';
export const PEER_PACKETS = 'dns-packet and pkarr';

// Both have no types of their own.
const dnsPacket = /** @type {DnsPacket} */ (createRequire(import.meta.url)('dns-packet'));
/** @type {any} */
let SignedPacket;

/** @type {readonly PacketCodec[]} */
export const PACKET_CODECS = [
  {
    name: PEER_PACKETS,
    packages: ['dns-packet', 'pkarr'],
    messageStart: MESSAGE_START,
    async load() {
      SignedPacket ??= await importUnsigned();
    },
    open({ publicKey, records }) {
      const [packet, keyPair] = [peerPacket(records), { publicKey, secretKey: NO_SIGNATURE }];
      const options = { timestamp: Number(TIMESTAMP) };
      return {
        encode: () => SignedPacket.fromPacket(keyPair, packet, options).bytes(),
        decode: (bytes) => SignedPacket.fromBytes(publicKey, bytes).packet(),
      };
    },
  },
  {
    name: OUR_PACKETS,
    packages: ['@pubky-paykit/pkarr-discovery'],
    messageStart: MESSAGE_START,
    open: ({ publicKey, records }) => ({
      encode: () => payloadOf(records),
      decode: (bytes) => packetOf(publicKey, bytes).records,
    }),
  },
  {
    name: PEER_MESSAGES,
    packages: ['dns-packet'],
    messageStart: 0,
    open({ records }) {
      const packet = peerPacket(records);
      return {
        encode: () => dnsPacket.encode(packet),
        decode: (bytes) => dnsPacket.decode(bytes),
      };
    },
  },
  {
    name: OUR_MESSAGES,
    packages: ['@pubky-paykit/pkarr-discovery'],
    messageStart: 0,
    open: ({ records }) => ({
      encode: () => encodeDnsMessage(records),
      decode: (bytes) => decodeDnsMessage(bytes),
    }),
  },
];

/**
 * What `signPacket` does besides signing and verifying.
 *
 * @param {readonly DnsRecord[]} records
 */
function payloadOf(records) {
  const message = encodeDnsMessage(records);
  signedBytes(TIMESTAMP, message);
  const packet = { signature: NO_SIGNATURE, timestamp: TIMESTAMP, message };
  return signedPacketPayload(/** @type {import('@pubky-paykit/pkarr-discovery').SignedPacket} */ (packet));
}

/**
 * What `parseSignedPacket` does besides verifying.
 *
 * @param {Uint8Array} publicKey
 * @param {Uint8Array} payload
 */
function packetOf(publicKey, payload) {
  const signature = new Uint8Array(payload.subarray(0, SIGNATURE_BYTES));
  const timestamp = new DataView(payload.buffer, payload.byteOffset).getBigUint64(SIGNATURE_BYTES);
  const given = payload.subarray(MESSAGE_START);
  const signed = signedBytes(timestamp, given);
  const message = signed.subarray(signed.length - given.length);
  const records = Object.freeze(decodeDnsMessage(message, { owned: true }));
  return Object.freeze({ publicKey: new Uint8Array(publicKey), timestamp, signature, message, records });
}

/**
 * As the package has it, which does not export it.
 *
 * @param {bigint} timestamp
 * @param {Uint8Array} message
 */
function signedBytes(timestamp, message) {
  const start = `3:seqi${timestamp}e1:v${message.length}:`;
  const bytes = new Uint8Array(start.length + message.length);
  for (let at = 0; at < start.length; at++) bytes[at] = start.charCodeAt(at);
  bytes.set(message, start.length);
  return bytes;
}

/**
 * The same records in the form of dns-packet, which has no HTTPS records: it carries their bytes.
 *
 * @param {readonly DnsRecord[]} records
 * @returns {PeerPacket}
 */
function peerPacket(records) {
  const { answers } = dnsPacket.decode(Buffer.from(encodeDnsMessage(records)));
  return { id: 0, type: 'response', flags: 0, answers };
}

/**
 * The reasons why a codec must not be measured: others do not read what it writes, or it reads something else.
 *
 * @param {PacketCodec} codec
 * @param {Sample} sample
 */
export function findPacketFaults({ open, messageStart }, sample) {
  const { encode, decode } = open(sample);
  const bytes = encode();
  const message = encodeDnsMessage(sample.records);
  const read = decode(bytes);
  const answers = Array.isArray(read) ? peerPacket(read).answers : /** @type {PeerPacket} */ (read).answers;
  const held = {
    'what was written reads otherwise': sameBytes(
      encodeDnsMessage(decodeDnsMessage(new Uint8Array(bytes.subarray(messageStart)))),
      message,
    ),
    'what was read is something else': same(answers, peerPacket(sample.records).answers),
  };
  return Object.entries(held).flatMap(([fault, holds]) => (holds ? [] : [fault]));
}

/** @param {unknown} left @param {unknown} right */
function same(left, right) {
  return JSON.stringify(left) === JSON.stringify(right);
}

/**
 * The signed packets of pkarr, with the two functions it has of libsodium replaced by ones that do nothing. Nobody else in this
 * process signs with it. Not by the main module of pkarr: that one starts a DHT.
 *
 * @returns {Promise<any>}
 */
async function importUnsigned() {
  const address = import.meta.resolve('pkarr/lib/signed_packet.js');
  const sodium = createRequire(address)('sodium-universal');
  sodium.crypto_sign_detached = () => {};
  sodium.crypto_sign_verify_detached = () => true;
  return (await import(address)).default;
}
