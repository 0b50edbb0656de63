import { encodeUtf8, type FetchResponse } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  createDiscovery,
  createFileRecordSource,
  createPacketRecordSource,
  type DiscoveryResult,
  ownName,
  signedPacketPayload,
  signPacket,
} from '../../src/index.ts';
import { ascii, filled, pointer, wireMessage, wireName, wireRecord } from '../bytes.ts';
import { signedPayload, text } from '../packets.ts';
import { clockAt, DEVICE, OWNER, type RecordChange, recordText, STAMPED } from '../records/key-records.ts';
import { response, scriptedRelay } from '../relay-model.ts';
import { numbered } from '../signers.ts';
import { brief, FakeFiles, FakeRecords } from './fakes.ts';

const PATH = `/pub/noise.app/v0/${DEVICE}`;
const MICROSECONDS = 1_000_000n;

/** The packet of the identity, or of somebody else, with records of the device. */
async function packetWith(records: readonly string[], seconds = STAMPED, signer = OWNER) {
  const name = ownName(OWNER.publicKey, `_noise.${DEVICE}`);
  return signPacket(
    signer,
    records.map((record) => text(name, record)),
    seconds * MICROSECONDS,
  );
}

async function payloadWith(change: RecordChange, seconds?: bigint): Promise<Uint8Array> {
  return signedPacketPayload(await packetWith([await recordText(change)], seconds));
}

/** A homeserver with a good record, and a relay that answers whatever it likes. */
async function lookUp(answer: () => FetchResponse | Promise<FetchResponse>, { memory } = new FakeRecords()) {
  const files = new FakeFiles(OWNER.publicKey);
  files.force(PATH, await recordText());
  const { relay } = scriptedRelay(answer);
  const discovery = createDiscovery({
    sources: [createFileRecordSource({ files }), createPacketRecordSource({ packets: relay, name: 'relay' })],
    memory,
    clock: clockAt(STAMPED + 200n),
  });
  return discovery.discoverNoiseKey(OWNER.publicKey, { device: DEVICE });
}

/** That the good record was found, and what is said of the relay. */
function despite(result: DiscoveryResult): string[] {
  if (result.outcome !== 'found') throw new Error(`the outcome is ${result.outcome}`);
  expect(result.source).toBe('homeserver');
  return [...brief(result.failed), ...brief(result.disagreements)];
}

describe('discoverNoiseKey, with a relay that lies', () => {
  it('does not take the packet of another key [S2.1] [F3]', async () => {
    const body = signedPacketPayload(await packetWith([await recordText()], STAMPED, numbered(9)));
    expect(despite(await lookUp(() => response(200, body)))).toEqual(['relay DISCOVERY_BAD_ANSWER']);
  });

  it("does not take another identity's record in the right packet [S2.1]", async () => {
    const body = await payloadWith({ signer: numbered(9) });
    expect(despite(await lookUp(() => response(200, body)))).toEqual([
      'relay forged DISCOVERY_KEY_RECORD_FORGED',
    ]);
  });

  it("does not take another device's record [S2.1]", async () => {
    const body = await payloadWith({ device: 'laptop' });
    expect(despite(await lookUp(() => response(200, body)))).toEqual([
      'relay forged DISCOVERY_KEY_RECORD_FORGED',
    ]);
  });

  it('does not take an old packet for the newest, and refuses to go back to it alone [S2.3]', async () => {
    const records = new FakeRecords();
    const old = await payloadWith({ noiseKey: filled(5), timestampSeconds: STAMPED - 100n }, STAMPED - 100n);
    expect(despite(await lookUp(() => response(200, old), records))).toEqual(['relay outdone']);
    const { relay } = scriptedRelay(() => response(200, old));
    const result = await createDiscovery({
      sources: [createPacketRecordSource({ packets: relay })],
      memory: records.memory,
      clock: clockAt(STAMPED + 200n),
    }).discoverNoiseKey(OWNER.publicKey, { device: DEVICE });
    expect(result.outcome).toBe('rolled-back');
  });

  it('reads no 20 MB [F3]', async () => {
    let read = 0;
    const endless: FetchResponse = {
      ...response(200),
      body: {
        getReader: () => ({
          read: async () => {
            read += 65_536;
            return { done: read > 20_000_000, value: new Uint8Array(65_536) };
          },
          cancel: async () => {},
        }),
      },
    };
    expect(despite(await lookUp(() => endless))).toEqual(['relay DISCOVERY_BAD_ANSWER']);
    expect(read).toBe(65_536);
  });

  it.each([
    ['a pointer to itself', wireMessage({ answers: 1 }, wireRecord(pointer(12), 16, ascii('\u0001x')))],
    [
      'a chain of pointers',
      wireMessage({ answers: 2 }, wireRecord(wireName('a'), 16, ascii('\u0001x')), pointer(12), pointer(30)),
    ],
    ['more records than there are', wireMessage({ answers: 60_000 })],
    ['nothing', new Uint8Array(12).fill(0xff)],
  ])('unpacks no compression bomb: %s', async (_, message) => {
    const body = await signedPayload(OWNER, STAMPED * MICROSECONDS, message);
    expect(despite(await lookUp(() => response(200, body)))).toEqual(['relay DISCOVERY_BAD_ANSWER']);
  });

  it('finds what it can of records that are full of repeated fields and line breaks', async () => {
    const good = await recordText();
    const records = ['\r\n', `${good};\r\n`, good.slice(0, 40), `v=2;${good.slice(4)}`];
    const body = signedPacketPayload(await packetWith(records.slice(0, 2)));
    // A line break between two semicolons is a piece without a name, as in 0.8: the record is good.
    expect(despite(await lookUp(() => response(200, body)))).toEqual([
      'relay malformed DISCOVERY_KEY_RECORD_MALFORMED',
    ]);
    const others = signedPacketPayload(await packetWith(records.slice(2)));
    expect(despite(await lookUp(() => response(200, others)))).toEqual([
      'relay malformed DISCOVERY_KEY_RECORD_MALFORMED',
      'relay malformed DISCOVERY_KEY_RECORD_MALFORMED',
    ]);
  });

  it('survives whatever bytes it gets', async () => {
    for (const length of [0, 1, 71, 72, 83, 84, 1_072, 1_073]) {
      const result = await lookUp(() => response(200, new Uint8Array(length).fill(length)));
      expect(despite(result)).toEqual(['relay DISCOVERY_BAD_ANSWER']);
    }
    for (const status of [204, 301, 400, 404, 429, 500, 503]) {
      expect((await lookUp(() => response(status, encodeUtf8('text')))).outcome).toBe('found');
    }
  });
});

describe('discoverNoiseKey, with a homeserver that lies', () => {
  async function readFile(content: string | Uint8Array, records: readonly string[] = []) {
    const files = new FakeFiles(OWNER.publicKey);
    files.force(PATH, content);
    const { relay } = scriptedRelay(async () =>
      response(200, signedPacketPayload(await packetWith(records))),
    );
    return createDiscovery({
      sources: [
        createFileRecordSource({ files }),
        createPacketRecordSource({ packets: relay, name: 'relay' }),
      ],
      memory: new FakeRecords().memory,
      clock: clockAt(STAMPED + 200n),
    }).discoverNoiseKey(OWNER.publicKey, { device: DEVICE });
  }

  it('does not believe a changed time, a removed revocation, or one of somebody else [S2.1] [S2.3]', async () => {
    const signed = await recordText();
    const later = signed.replace(`ts=${STAMPED}`, `ts=${STAMPED + 100n}`);
    expect((await readFile(later)).outcome).toBe('forged');
    const revoked = await recordText({ revoked: true, bound: true });
    expect((await readFile(revoked.replace('revoked=true;', ''))).outcome).toBe('forged');
    expect((await readFile(revoked.replace('revoked=true', 'revoked=false'))).outcome).toBe('forged');
    expect((await readFile(await recordText({ signer: numbered(9), revoked: true }))).outcome).toBe('forged');
  });

  it('cannot refresh an old key, once the packet says what the identity signed (P8 W-09) [S2.3]', async () => {
    const stolen = await recordText({
      noiseKey: filled(5),
      timestampSeconds: STAMPED + 150n,
      unsigned: true,
    });
    const result = await readFile(stolen, [await recordText()]);
    expect(result).toMatchObject({ outcome: 'found', source: 'relay' });
    expect(brief(result.disagreements)).toEqual(['homeserver downgraded DISCOVERY_KEY_DOWNGRADED']);
  });

  it('does not read more of a file than a record may have', async () => {
    const result = await readFile(new Uint8Array(20_000_000).fill(0x20), [await recordText()]);
    expect(result).toMatchObject({ outcome: 'found', source: 'relay' });
    expect(brief(result.disagreements)).toEqual(['homeserver malformed DISCOVERY_KEY_RECORD_MALFORMED']);
  });
});
