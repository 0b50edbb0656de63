import { createIdentitySigner, verifyStrictly } from '@pubky-paykit/patterns';
import {
  createKeyCache,
  createKeyFinder,
  formatKeyRecord,
  ownName,
  parseSignedPacket,
  signedPacketPayload,
  signKeyRecord,
  signPacket,
  userRecord,
  verifyKeyRecord,
} from '@pubky-paykit/pkarr-discovery';
import { encodeUtf8 } from '@pubky-paykit/primitives';
import { createMemoryStore, recordStore, subStore } from '@pubky-paykit/session-store';
import { refuseFaults, sameBytes } from './candidates/candidate.mjs';
import {
  findPacketFaults,
  MESSAGE_START,
  PACKET_CODECS,
  PEER_PACKETS,
  TIMESTAMP,
} from './candidates/packets.mjs';

/** @typedef {import('./case.mjs').Case} Case */
/** @typedef {import('@pubky-paykit/pkarr-discovery').DnsRecord} DnsRecord */

export const VERIFICATION = 'one Ed25519 verification';
export const PACKET = 'packet';
export const UNSIGNED_RECORD = 'key record of 0.8';
export const SIGNED_RECORD = 'key record, signed freshness';
export const CACHED_FIND = 'cached find';

const DEVICES = ['default', 'phone'];
const NOISE_KEY = new Uint8Array(32).fill(9);
/** The big numbers of Ed25519 are compiled late. */
const ED25519_SLICE_MS = 250;

const SIGNER = createIdentitySigner(new Uint8Array(32).fill(1));
const HOMESERVER = createIdentitySigner(new Uint8Array(32).fill(2));
export const IDENTITY = SIGNER.publicKey;
const ALIAS = userRecord({ identity: IDENTITY, homeserver: HOMESERVER.publicKey });

/** @param {string} device */
async function keyRecordText(device) {
  const timestampSeconds = BigInt(Math.floor(Date.now() / 1000));
  const claim = { noiseKey: NOISE_KEY, device, timestampSeconds, revoked: false };
  return formatKeyRecord(await signKeyRecord(SIGNER, claim));
}

/** @returns {Promise<DnsRecord[]>} */
async function keyPacket() {
  const records = [ALIAS];
  for (const device of DEVICES) {
    const data = /** @type {const} */ ({ type: 'TXT', strings: [encodeUtf8(await keyRecordText(device))] });
    records.push({ name: ownName(IDENTITY, `_noise.${device}`), ttl: 300, data });
  }
  return records;
}

/** @type {Readonly<Record<string, () => Promise<DnsRecord[]>>>} */
export const PACKETS = {
  homeserver: async () => [ALIAS],
  'homeserver and 2 keys': keyPacket,
};
const DIRECTIONS = /** @type {const} */ (['encode', 'decode']);

/** @type {readonly Case[]} */
export const PACKET_CASES = Object.entries(PACKETS).flatMap(([what, makeRecords]) =>
  DIRECTIONS.map((direction) => ({
    name: `packet ${direction}, ${what}`,
    ratio: 'speed',
    sliceMs: 60,
    baseline: PEER_PACKETS,
    async prepare() {
      const sample = { publicKey: IDENTITY, records: await makeRecords() };
      // Everybody reads the same packet, which is compressed.
      const signed = await signPacket(SIGNER, sample.records, TIMESTAMP);
      const payload = Buffer.from(signedPacketPayload(signed));
      for (const { load } of PACKET_CODECS) await load?.();
      return PACKET_CODECS.map((codec) => {
        refuseFaults(codec.name, findPacketFaults(codec, sample));
        const { encode, decode } = codec.open(sample);
        const bytes = payload.subarray(MESSAGE_START - codec.messageStart);
        return { name: codec.name, run: direction === 'encode' ? encode : () => decode(bytes) };
      });
    },
  })),
);

/** What a look-up cannot do without, and all that comes with it. */
const VERIFY_CASE = /** @type {Case} */ ({
  name: 'packet verify',
  ratio: 'time',
  sliceMs: ED25519_SLICE_MS,
  baseline: VERIFICATION,
  async prepare() {
    const signed = await signPacket(SIGNER, await keyPacket(), TIMESTAMP);
    const payload = signedPacketPayload(signed);
    const bytes = encodeUtf8(`3:seqi${signed.timestamp}e1:v${signed.message.length}:`);
    const message = Buffer.concat([bytes, signed.message]);
    const verify = () => verifyStrictly(signed.signature, message, IDENTITY);
    const record = await keyRecordText('default');
    const unsigned = record.replace(/;fsig=[^;]*/, '');
    const claims = [unsigned, record].map((text) => ({
      identity: IDENTITY,
      device: 'default',
      record: text,
    }));
    const [unsignedClaim, signedClaim] = /** @type {[typeof claims[0], typeof claims[0]]} */ (claims);
    const found = claims.map((claim) => verifyKeyRecord(claim));
    refuseFaults(VERIFICATION, verify() ? [] : ['the signature is not over these bytes']);
    refuseFaults(
      'verifyKeyRecord',
      found.map((each) => each.kind === 'key' && each.freshness).join() === 'unsigned,signed'
        ? []
        : ['the records are others'],
    );
    return [
      { name: VERIFICATION, run: verify },
      { name: PACKET, run: () => parseSignedPacket(IDENTITY, payload) },
      { name: UNSIGNED_RECORD, run: () => verifyKeyRecord(unsignedClaim) },
      { name: SIGNED_RECORD, run: () => verifyKeyRecord(signedClaim) },
    ];
  },
});

/** A key that was looked up once, found again in the cache of a memory store. */
const CACHED_CASE = /** @type {Case} */ ({
  name: 'cached discovery',
  ratio: 'time',
  sliceMs: ED25519_SLICE_MS,
  baseline: VERIFICATION,
  async prepare() {
    const record = verifyKeyRecord({
      identity: IDENTITY,
      device: 'default',
      record: await keyRecordText('default'),
    });
    if (record.kind !== 'key') throw new TypeError('the record is of a key');
    let lookUps = 0;
    const store = createMemoryStore();
    const cache = createKeyCache({ records: (room, codec) => recordStore(subStore(store, room), codec) });
    const finder = createKeyFinder({
      cache,
      discover: async () => {
        lookUps += 1;
        return /** @type {const} */ ({
          outcome: 'found',
          record,
          source: 'homeserver',
          failed: [],
          disagreements: [],
          revocations: [],
        });
      },
    });
    const find = () => finder.find(IDENTITY, { contact: 'frequent' });
    await find();
    const cached = await find();
    refuseFaults(CACHED_FIND, [
      ...(cached?.from === 'cache' && sameBytes(cached.noiseKey, NOISE_KEY)
        ? []
        : ['it is not the cached key']),
      ...(lookUps === 1 ? [] : [`${lookUps} look-ups were made`]),
    ]);
    const message = encodeUtf8('as long as a binding');
    const signature = await SIGNER.sign(message);
    return [
      { name: VERIFICATION, run: () => verifyStrictly(signature, message, IDENTITY) },
      { name: CACHED_FIND, run: find },
    ];
  },
});

/** @type {readonly Case[]} */
export const DISCOVERY_CASES = [...PACKET_CASES, VERIFY_CASE, CACHED_CASE];
