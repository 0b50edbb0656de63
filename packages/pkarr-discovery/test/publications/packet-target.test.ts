import { concatBytes, decodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  createPacketTarget,
  createRelaySet,
  type DnsRecord,
  ownName,
  type PacketTargetOptions,
  type Publication,
  signPacket,
  userRecord,
} from '../../src/index.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { text } from '../packets.ts';
import { clockAt, OWNER, type RecordChange, recordText, STAMPED } from '../records/key-records.ts';
import { ModelStore, offline } from '../relay-model.ts';

const HOMESERVER = userRecord({ identity: OWNER.publicKey, homeserver: filled(8) });
const FOREIGN: DnsRecord = {
  name: ownName(OWNER.publicKey, '_other'),
  ttl: 60,
  data: { type: 'unknown', typeNumber: 999, bytes: Uint8Array.of(1, 2, 3) },
};
const at = (device: string) => ownName(OWNER.publicKey, `_noise.${device}`);

async function keyOf(
  device: string,
  change: RecordChange = {},
): Promise<Publication & { readonly record: string }> {
  const kind = change.revoked ? 'revocation' : 'key';
  return { kind, identity: OWNER.publicKey, device, record: await recordText({ device, ...change }) };
}

async function open(
  records: readonly DnsRecord[] = [HOMESERVER, FOREIGN],
  options: Partial<PacketTargetOptions> = {},
) {
  const store = new ModelStore();
  store.force(await signPacket(OWNER, records, 1n));
  const clock = clockAt(STAMPED);
  const target = createPacketTarget({ packets: store, signer: OWNER, clock, ...options });
  /** The texts at the name of a device. */
  const published = (device: string): string[] =>
    (store.peek(OWNER.publicKey)?.records ?? []).flatMap(({ name, data }) =>
      name === at(device) && data.type === 'TXT' ? [decodeUtf8(concatBytes(...data.strings))] : [],
    );
  return { store, target, published };
}

describe('createPacketTarget', () => {
  it('takes a revocation for published where the same key is revoked by a later word, and leaves that [O4] [S2.3]', async () => {
    const { store, target, published } = await open();
    const later = await keyOf('phone', { timestampSeconds: STAMPED + 9n, revoked: true });
    await target.publish(later);
    const before = store.peek(OWNER.publicKey);
    await target.publish(await keyOf('phone', { revoked: true }));
    expect(published('phone')).toEqual([later.record]);
    expect(store.peek(OWNER.publicKey)).toBe(before);
    const other = await keyOf('phone', { noiseKey: filled(9), revoked: true });
    expect((await rejectionOf(target.publish(other))).code).toBe('DISCOVERY_NEWER_PUBLISHED');
  });

  it('adds the record and keeps everything else in the packet [I3]', async () => {
    const { store, target, published } = await open();
    const key = await keyOf('phone');
    await target.publish(key);
    expect(published('phone')).toEqual([key.record]);
    expect(store.peek(OWNER.publicKey)?.records.slice(0, 2)).toEqual([HOMESERVER, FOREIGN]);
    expect(store.peek(OWNER.publicKey)?.records[2]?.ttl).toBe(300);
    expect(target.name).toBe('model');
  });

  it('says which relays may still give a revoked key, and reaches them the next time [S2.3]', async () => {
    const { store } = await open();
    const second = new ModelStore('second');
    const packets = createRelaySet({ relays: [store, second] });
    second.before = (call) => {
      if (call === 'put') throw offline('second');
    };
    const target = createPacketTarget({ packets, signer: OWNER, clock: clockAt(STAMPED) });
    const revocation = await keyOf('phone', { revoked: true });
    const partial: string[] = [];
    const publish = () =>
      target.publish(revocation, {
        onPartial: (failed) =>
          partial.push(...failed.map(({ target: place, error }) => `${place}: ${error.code}`)),
      });
    await publish();
    expect(partial).toEqual(['second: DISCOVERY_OFFLINE']);
    second.before = () => {};
    await publish();
    expect(partial).toHaveLength(1);
    expect(second.peek(OWNER.publicKey)).toEqual(store.peek(OWNER.publicKey));
  });

  it('replaces the record of this device alone, and takes it out in the end [O3]', async () => {
    const { store, target, published } = await open();
    await target.publish(await keyOf('phone'));
    await target.publish(await keyOf('laptop'));
    const rotated = await keyOf('phone', { noiseKey: filled(9), timestampSeconds: STAMPED + 1n });
    await target.publish(rotated);
    expect(published('phone')).toEqual([rotated.record]);
    expect(published('laptop')).toHaveLength(1);
    await target.publish({ kind: 'retirement', identity: OWNER.publicKey, device: 'phone' });
    expect(published('phone')).toEqual([]);
    expect(published('laptop')).toHaveLength(1);
    expect(store.peek(OWNER.publicKey)?.records.slice(0, 2)).toEqual([HOMESERVER, FOREIGN]);
  });

  it('leaves other types under its name alone, and texts of other classes', async () => {
    const others: DnsRecord[] = [
      { name: at('phone'), ttl: 60, data: { type: 'A', address: Uint8Array.of(127, 0, 0, 1) } },
      { ...text(at('phone'), 'chaos'), class: 3 },
    ];
    const { store, target } = await open(others);
    await target.publish(await keyOf('phone'));
    expect(store.peek(OWNER.publicKey)?.records.slice(0, 2)).toEqual(others);
    await target.publish({ kind: 'retirement', identity: OWNER.publicKey, device: 'phone' });
    expect(store.peek(OWNER.publicKey)?.records).toEqual(others);
  });

  it('leaves a newer record alone, and brings no revoked key back [S2.3]', async () => {
    const { target, published } = await open();
    const newer = await keyOf('phone', { timestampSeconds: STAMPED + 1n });
    await target.publish(newer);
    const older = await rejectionOf(target.publish(await keyOf('phone')));
    expect([older.code, older.context]).toEqual([
      'DISCOVERY_NEWER_PUBLISHED',
      { target: 'model', kind: 'key' },
    ]);
    expect(published('phone')).toEqual([newer.record]);
    const revocation = await keyOf('phone', { timestampSeconds: STAMPED + 2n, revoked: true });
    await target.publish(revocation);
    const back = await keyOf('phone', { timestampSeconds: STAMPED + 3n });
    expect((await rejectionOf(target.publish(back))).code).toBe('DISCOVERY_NEWER_PUBLISHED');
    expect(published('phone')).toEqual([revocation.record]);
  });

  it('looks at the packet anew if somebody else was faster [S2.3]', async () => {
    const { store, target, published } = await open();
    const newer = await recordText({ device: 'phone', timestampSeconds: STAMPED + 5n });
    const foreign = await signPacket(
      OWNER,
      [HOMESERVER, text(at('phone'), newer)],
      STAMPED * 1_000_000n + 7n,
    );
    let puts = 0;
    store.before = (call) => {
      if (call === 'put' && puts++ === 0) store.force(foreign);
    };
    const clock = clockAt(STAMPED);
    const atOnce = (_: number, run: () => void) => {
      queueMicrotask(run);
      return () => {};
    };
    const random = { bytes: () => Uint8Array.of(0) };
    const eager = createPacketTarget({
      packets: store,
      signer: OWNER,
      random,
      clock: { now: () => clock.now(), schedule: atOnce },
      timeoutMs: Number.POSITIVE_INFINITY,
    });
    expect((await rejectionOf(eager.publish(await keyOf('phone')))).code).toBe('DISCOVERY_NEWER_PUBLISHED');
    expect(published('phone')).toEqual([newer]);
    expect(target.name).toBe('model');
  });

  it('takes three devices with signed times beside a homeserver, or four of 0.8, and says when it is full [F3]', async () => {
    for (const [unsigned, room] of [
      [false, 3],
      [true, 4],
    ] as const) {
      const { target, published } = await open([HOMESERVER]);
      let taken = 0;
      let failure: Awaited<ReturnType<typeof rejectionOf>> | undefined;
      while (failure === undefined) {
        const publishing = target.publish(await keyOf(`device${taken}`, { unsigned }));
        const refused = publishing.then(
          () => undefined,
          () => rejectionOf(publishing),
        );
        failure = await refused;
        if (failure === undefined) taken++;
      }
      expect(taken).toBe(room);
      expect(failure.code).toBe('DISCOVERY_PACKET_TOO_LARGE');
      expect(failure.context).toMatchObject({ maximum: 1_000, records: room + 2 });
      expect(published('device0')).toHaveLength(1);
    }
  });

  it('makes no packet for an identity without one, unless it may [F3]', async () => {
    const store = new ModelStore();
    const options = { packets: store, signer: OWNER, clock: clockAt(STAMPED) };
    const key = await keyOf('phone');
    expect((await rejectionOf(createPacketTarget(options).publish(key))).code).toBe('DISCOVERY_NO_PACKET');
    await createPacketTarget({ ...options, allowCreate: true }).publish(key);
    expect(store.peek(OWNER.publicKey)?.records).toHaveLength(1);
  });

  it('writes nothing after a read that failed, and never asks the signer [O5] [S2.3]', async () => {
    let signatures = 0;
    const signer = { publicKey: OWNER.publicKey, sign: async () => new Uint8Array(signatures++) };
    const { store, target } = await open([HOMESERVER], { signer });
    store.before = () => {
      throw offline();
    };
    expect((await rejectionOf(target.publish(await keyOf('phone')))).code).toBe('DISCOVERY_OFFLINE');
    expect([store.history, signatures]).toEqual([[], 0]);
  });

  it('splits a record that is longer than one string', async () => {
    const { store, target, published } = await open([HOMESERVER]);
    const revocation = await keyOf('phone', { revoked: true, bound: true });
    expect(revocation.record.length).toBe(264);
    await target.publish(revocation);
    const data = store.peek(OWNER.publicKey)?.records[1]?.data;
    expect(data?.type === 'TXT' && data.strings.map(({ length }) => length)).toEqual([255, 9]);
    expect(published('phone')).toEqual([revocation.record]);
  });

  it('takes a time to live that clients heed, and none else', async () => {
    const { store, target } = await open([], { ttlSeconds: 3_600, allowCreate: true });
    await target.publish(await keyOf('phone'));
    expect(store.peek(OWNER.publicKey)?.records[0]?.ttl).toBe(3_600);
    for (const ttlSeconds of [299, 86_401, Number.NaN]) {
      await expect(open([], { ttlSeconds })).rejects.toThrow(RangeError);
    }
  });
});
