import { concatBytes, decodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { ownName, signPacket, userRecord } from '../../src/index.ts';
import { formerDevice } from '../../src/lifecycle/former-device.ts';
import { createPacketTarget } from '../../src/publications/packet-target.ts';
import type { PublicationTarget } from '../../src/publications/publication.ts';
import { keyRecordName } from '../../src/records/device-id.ts';
import { formatKeyRecord } from '../../src/records/key-record.ts';
import { signKeyRecord } from '../../src/records/sign-key-record.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { filled } from '../bytes.ts';
import { text } from '../packets.ts';
import { ModelStore } from '../relay-model.ts';
import { household, SIGNER } from './household.ts';
import { DAY_MS, keyOf, START_MS, World } from './world.ts';

const IDENTITY = SIGNER.publicKey;
const HOMESERVER = userRecord({ identity: IDENTITY, homeserver: filled(8) });
const under = (device: string) => ownName(IDENTITY, keyRecordName(device));

/** A device whose keys are published in a packet that holds the homeserver's record and those of other devices. */
async function inPacket(others: readonly string[] = []) {
  const world = new World();
  const { clock, random } = world;
  const packets = new ModelStore();
  const records = others.map(async (device) => {
    const claim = { noiseKey: filled(9), device, timestampSeconds: BigInt(START_MS / 1_000), revoked: false };
    return text(under(device), formatKeyRecord(await signKeyRecord(SIGNER, claim)));
  });
  packets.force(await signPacket(SIGNER, [HOMESERVER, ...(await Promise.all(records))], 1n));
  const target: PublicationTarget = createPacketTarget({ packets, signer: SIGNER, clock, random });
  const parts = household(world, world.live(), {}, { targets: [target] });
  /** What stands there, by device. */
  const shown = (): Record<string, string> =>
    Object.fromEntries(
      (packets.peek(IDENTITY)?.records ?? []).flatMap(({ name, data }) => {
        if (data.type !== 'TXT') return [];
        const [, device = ''] = name.split('.');
        const record = decodeUtf8(concatBytes(...data.strings));
        return [[device, verifyKeyRecord({ identity: IDENTITY, device, record }, { clock }).kind]];
      }),
    );
  return { ...parts, clock, packets, shown };
}

describe('a packet of 1 000 bytes', () => {
  it('has room to rotate a key and then to revoke both, with a successor [O4] [S2.3]', async () => {
    const { keeper, queue, clock, shown, packets, queueEvents } = await inPacket();
    const first = await keeper.publish();
    await queue.flush();
    clock.advance(DAY_MS);
    await keeper.rotate();
    await queue.flush();
    clock.advance(DAY_MS);
    const { keys } = await keeper.revoke();
    await queue.flush();
    expect(queueEvents.filter(({ kind }) => kind === 'parked')).toEqual([]);
    const [one, two] = keys.map(({ context }) => formerDevice('default', keyOf(context)));
    expect(first.keys).toHaveLength(1);
    expect(shown()).toEqual({ default: 'key', [one as string]: 'revocation', [two as string]: 'revocation' });
    expect(packets.peek(IDENTITY)?.records[0]).toEqual(HOMESERVER);
  });

  it('drops records of former keys where a revocation has no room beside them [O4] [S2.3]', async () => {
    const { keeper, queue, clock, shown, queueEvents } = await inPacket(['laptop']);
    await keeper.publish();
    await queue.flush();
    clock.advance(DAY_MS);
    await keeper.rotate();
    await queue.flush();
    clock.advance(DAY_MS);
    const { keys } = await keeper.revoke({ which: { noiseKey: keyOf(contextOf(await keeper.status(), 1)) } });
    await queue.flush();
    const [former, revoked] = keys.map(({ context }) => formerDevice('default', keyOf(context)));
    expect(queueEvents.filter(({ kind }) => kind === 'parked')).toEqual([]);
    expect(shown()).toEqual({ default: 'key', laptop: 'key', [revoked as string]: 'revocation' });
    expect(shown()).not.toHaveProperty(former as string);
  });

  it('does without former keys that find no room, however often a key is rotated, and revokes such a one [O3] [S2.3]', async () => {
    const { keeper, queue, clock, shown, queueEvents } = await inPacket();
    await keeper.publish();
    await queue.flush();
    for (let round = 0; round < 4; round++) {
      clock.advance(1_000);
      await keeper.rotate();
      await queue.flush();
      await keeper.run();
      await queue.flush();
    }
    expect(queueEvents.filter(({ kind }) => kind === 'parked' || kind === 'degraded')).toEqual([]);
    expect(queueEvents).toContainEqual(
      expect.objectContaining({ kind: 'partial', code: 'DISCOVERY_PACKET_TOO_LARGE' }),
    );
    expect(await queue.status()).toMatchObject({ waiting: [], parked: [] });
    expect(shown()).toMatchObject({ default: 'key' });
    expect(Object.keys(shown())).toHaveLength(2);
    // Nor is it said again and again.
    const { ledger } = await keeper.status();
    await keeper.run();
    expect((await keeper.status()).ledger?.stampedSeconds).toBe(ledger?.stampedSeconds);

    clock.advance(1_000);
    const noiseKey = keyOf(contextOf(await keeper.status(), 2));
    expect(shown()).not.toHaveProperty(formerDevice('default', noiseKey));
    await keeper.revoke({ which: { noiseKey } });
    await queue.flush();
    expect(shown()).toMatchObject({ default: 'key', [formerDevice('default', noiseKey)]: 'revocation' });
  });

  it('drops no record that is current, and no revocation, for anything', async () => {
    const { keeper, queue, shown, queueEvents } = await inPacket(['laptop', 'phone', 'watch']);
    const before = shown();
    await keeper.publish();
    await queue.flush();
    expect(queueEvents).toMatchObject([{ kind: 'parked', code: 'DISCOVERY_PACKET_TOO_LARGE' }]);
    expect(shown()).toEqual(before);
  });

  it('keeps the revocations of former keys whatever is revoked after them [O4] [S2.3]', async () => {
    const { keeper, queue, clock, shown } = await inPacket();
    await keeper.publish();
    await queue.flush();
    let revoked: string[] = [];
    for (let round = 0; round < 6; round++) {
      clock.advance(DAY_MS);
      await keeper.revoke();
      await queue.flush();
      const standing = Object.entries(shown()).flatMap(([id, kind]) => (kind === 'revocation' ? [id] : []));
      expect(standing).toEqual(expect.arrayContaining(revoked));
      revoked = standing;
    }
    expect(revoked.length).toBeGreaterThan(1);
  });
});

function contextOf(status: { ledger: { keys: readonly { context: string }[] } | undefined }, index: number) {
  const context = status.ledger?.keys[index]?.context;
  if (context === undefined) throw new Error('there is no such key');
  return context;
}
