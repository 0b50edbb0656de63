import { describe, expect, it } from 'vitest';
import type { DiscoverNoiseKey, DiscoveryResult } from '../../src/discovery/discovery-result.ts';
import { DiscoveryError } from '../../src/errors.ts';
import { formatKeyRecord } from '../../src/records/key-record.ts';
import { signKeyRecord } from '../../src/records/sign-key-record.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { memoryStore, recordsOn } from '../stores.ts';
import { formerOf, household, read, SIGNER, shown } from './household.ts';
import { DAY_MS, keyOf, type Life, START_MS, World } from './world.ts';

const nobody = { failed: [], disagreements: [], revocations: [] };

/** A key of an epoch that no rotation gets to. */
const NEVER_USED_CURRENT = /^default#[1-9][0-9]{6,15} current$/;

/** Finds what a target of the world has. */
function discoverIn(world: World): DiscoverNoiseKey {
  return async (identity, { device = 'default', maximumAgeSeconds } = {}): Promise<DiscoveryResult> => {
    const found = world.target('homeserver').records.get(device);
    if (found?.record === undefined) return { outcome: 'absent', ...nobody };
    const rule = { clock: world.clock, maximumAgeSeconds };
    const record = verifyKeyRecord({ identity, device, record: found.record }, rule);
    const source = 'homeserver';
    if (record.kind === 'key') return { outcome: 'found', record, source, ...nobody };
    const error = new DiscoveryError('DISCOVERY_KEY_REVOKED', { proof: 'signed' });
    return {
      outcome: 'revoked',
      revokedKey: record.revokedKey,
      revocation: record,
      error,
      source,
      ...nobody,
    };
  };
}

/** The same world for a machine that has lost its store. */
function bereft(world: World): Life {
  return { ...world.live(), openRecords: recordsOn(memoryStore(), world.clock) };
}

function found(world: World, discover = discoverIn(world)) {
  return household(world, bereft(world), { discover });
}

describe('createKeyKeeper', () => {
  it('[O3] begins a device that nobody knows with its first key', async () => {
    const world = new World();
    const { keeper, queue } = found(world);
    await keeper.publish();
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default'));
  });

  it('[O3] finds out after the loss of the ledger which key is current, however old its record', async () => {
    const world = new World();
    const before = household(world);
    await before.keeper.publish();
    await before.keeper.rotate();
    await before.keeper.rotate();
    await before.queue.flush();
    world.clock.advance(300 * DAY_MS);
    const { keeper, queue, events } = found(world);
    const ledger = await keeper.publish();
    expect(events[0]).toEqual({
      kind: 'adopted',
      device: 'default',
      context: 'default#2',
      atMs: world.clock.now(),
    });
    // What the targets have is not known any more, so they get all of it.
    expect(events.slice(1).map(({ kind }) => kind)).toEqual(['restated', 'restated', 'restated']);
    expect(ledger).toMatchObject({
      nextEpoch: 3,
      rotationCount: 2,
      stampedSeconds: BigInt(world.clock.now() / 1_000),
    });
    expect(ledger.keys.map(({ context, status }) => `${context} ${status}`)).toEqual([
      'default former',
      'default#1 former',
      'default#2 current',
    ]);
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default#2'));
    expect(read(world, formerOf('default'))).toBe(shown('default'));
  });

  it('[O4] [S2.3] never brings a revoked key back after the loss of the ledger', async () => {
    const world = new World();
    const before = household(world);
    await before.keeper.publish();
    await before.keeper.revoke();
    await before.queue.flush();
    const { keeper, queue } = found(world);
    const ledger = await keeper.publish();
    expect(ledger.keys.map(({ context, status }) => `${context} ${status}`)).toEqual([
      'default revoked',
      'default#1 current',
    ]);
    world.clock.advance(DAY_MS);
    await keeper.rotate();
    await queue.flush();
    expect(read(world, formerOf('default'))).toBe(`revoked ${shown('default')}`);
    expect(read(world, 'default')).toBe(shown('default#2'));
  });

  it('[O4] [S2.3] finds revocations even where the record of the device is gone', async () => {
    const world = new World();
    const before = household(world);
    await before.keeper.publish();
    await before.keeper.revoke();
    await before.queue.flush();
    world.target('homeserver').records.delete('default');
    const { keeper } = found(world);
    const ledger = await keeper.publish();
    // Which epochs came after it is not to be seen any more: each may have been revoked long ago.
    expect(ledger.keys.map(({ context, status }) => `${context} ${status}`)).toEqual([
      'default revoked',
      expect.stringMatching(NEVER_USED_CURRENT),
    ]);
  });

  it('[O4] leaves a device revoked that was revoked for good, unless its owner asks for a key', async () => {
    const world = new World();
    const before = household(world);
    await before.keeper.publish();
    await before.keeper.revoke({ successor: false });
    await before.queue.flush();
    const { keeper, queue } = found(world);
    await keeper.run();
    await queue.flush();
    expect(read(world, 'default')).toBe(`revoked ${shown('default')}`);
    await keeper.publish();
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default#1'));
  });

  it.each(['unreachable', 'stale', 'forged', 'malformed'] as const)(
    '[O3] [F3] publishes nothing after a look-up that came to %s, unless told to',
    async (outcome) => {
      const world = new World();
      const discover = async () => ({ outcome, ...nobody }) as unknown as DiscoveryResult;
      const { keeper, queue } = found(world, discover);
      expect(await rejectionOf(keeper.publish())).toMatchObject({
        code: 'DISCOVERY_OWN_KEY_UNKNOWN',
        retryable: true,
        context: { device: 'default', outcome },
      });
      const ledger = await keeper.publish({ takeOver: true });
      await queue.flush();
      const [{ context } = { context: '' }] = ledger.keys;
      expect(`${context} current`).toMatch(NEVER_USED_CURRENT);
      expect(read(world, 'default')).toBe(shown(context));
    },
  );

  it.each(['unreachable', 'absent, but for a source that failed', 'nothing that can look'] as const)(
    '[O4] [S2.3] never brings a revoked key back when told to take over, with %s',
    async (outcome) => {
      const world = new World();
      const before = household(world);
      await before.keeper.publish();
      await before.keeper.revoke();
      await before.queue.flush();
      const failed = [{ source: 'homeserver', error: new DiscoveryError('DISCOVERY_OFFLINE', {} as never) }];
      const answer =
        outcome === 'unreachable' ? { outcome, ...nobody } : { outcome: 'absent', ...nobody, failed };
      const discover =
        outcome === 'nothing that can look' ? undefined : async () => answer as unknown as DiscoveryResult;
      const { keeper, queue } = household(world, bereft(world), { discover });
      world.clock.advance(DAY_MS);
      const { keys, nextEpoch } = await keeper.publish({ takeOver: true });
      await queue.flush();
      expect(read(world, 'default')).toBe(shown(keys[0]!.context));
      expect(keys.map(({ context, status }) => `${context} ${status}`)).toEqual([
        expect.stringMatching(NEVER_USED_CURRENT),
      ]);
      expect(Number(keys[0]!.context.split('#')[1])).toBe(nextEpoch - 1);
    },
  );

  it.each([
    { outcome: 'unreachable', ...nobody },
    { outcome: 'absent', ...nobody, failed: [{ source: 'relay', error: 'of any kind' }] },
  ])(
    '[O5] [F3] begins a device that is known to be new with its first context, which the seed alone finds, in an outage ($outcome)',
    async (answer) => {
      const world = new World();
      const { keeper, queue } = found(world, async () => answer as unknown as DiscoveryResult);
      const { keys, nextEpoch } = await keeper.publish({ isNew: true });
      await queue.flush();
      expect(keys.map(({ context, status }) => `${context} ${status}`)).toEqual(['default current']);
      expect(nextEpoch).toBe(1);
      expect(read(world, 'default')).toBe(shown('default'));
    },
  );

  it('[O4] [S2.3] believes what it finds, not that the device is new', async () => {
    const world = new World();
    const before = household(world);
    await before.keeper.publish();
    await before.keeper.revoke();
    await before.queue.flush();
    const { keys } = await found(world).keeper.publish({ isNew: true });
    expect(keys.map(({ context, status }) => `${context} ${status}`)).toEqual([
      'default revoked',
      'default#1 current',
    ]);
  });

  it.each(['stale', 'forged', 'malformed', 'future'] as const)(
    '[O3] [F3] publishes nothing for a device that is said to be new, and of which there is a record that is %s',
    async (outcome) => {
      const discover = async () => ({ outcome, ...nobody }) as unknown as DiscoveryResult;
      const { keeper } = found(new World(), discover);
      expect(await rejectionOf(keeper.publish({ isNew: true }))).toMatchObject({
        code: 'DISCOVERY_OWN_KEY_UNKNOWN',
        context: { outcome },
      });
    },
  );

  it('[O4] [S2.3] begins with a context that was never used where it is told to take over what is said to be new', async () => {
    const world = new World();
    const discover = async () => ({ outcome: 'unreachable', ...nobody }) as DiscoveryResult;
    const { keys } = await found(world, discover).keeper.publish({ takeOver: true, isNew: true });
    expect(`${keys[0]!.context} current`).toMatch(NEVER_USED_CURRENT);
  });

  it('[O4] [S2.3] never brings a revoked key back when told to take over after more rotations than it searches', async () => {
    const world = new World();
    const timestampSeconds = BigInt(START_MS / 1_000);
    const claim = { noiseKey: keyOf('default#70'), device: 'default', timestampSeconds, revoked: false };
    const record = formatKeyRecord(await signKeyRecord(SIGNER, claim));
    world.target('homeserver').take({ identity: SIGNER.publicKey, device: 'default', kind: 'key', record });
    // The revocation of the first key is withdrawn long since.
    const { keeper, queue } = found(world);
    expect((await rejectionOf(keeper.publish())).code).toBe('DISCOVERY_KEY_NOT_OURS');
    const { keys } = await keeper.publish({ takeOver: true });
    await queue.flush();
    expect(`${keys[0]!.context} current`).toMatch(NEVER_USED_CURRENT);
    expect(read(world, 'default')).toBe(shown(keys[0]!.context));
  });

  it('[O4] [F3] takes nobody else at their word that the key is revoked', async () => {
    const world = new World();
    const error = new DiscoveryError('DISCOVERY_KEY_REVOKED', { proof: 'unsigned' });
    const discover: DiscoverNoiseKey = async () => {
      const revoked = { outcome: 'revoked', revokedKey: filled(7), revocation: undefined } as const;
      return { ...revoked, error, source: 'relay', ...nobody };
    };
    const { keeper } = found(world, discover);
    expect(await rejectionOf(keeper.publish())).toMatchObject({
      code: 'DISCOVERY_OWN_KEY_UNKNOWN',
      context: { outcome: 'revoked' },
    });
  });

  it('[O3] [F3] replaces a key that is none of ours only when told to, with a record that is newer', async () => {
    const world = new World();
    const timestampSeconds = BigInt(START_MS / 1_000) + 60n;
    const foreign = { noiseKey: filled(7), device: 'default', timestampSeconds, revoked: false };
    const record = formatKeyRecord(await signKeyRecord(SIGNER, foreign));
    world.target('homeserver').take({ identity: SIGNER.publicKey, device: 'default', kind: 'key', record });
    const { keeper, queue } = found(world);
    expect(await rejectionOf(keeper.publish())).toMatchObject({
      code: 'DISCOVERY_KEY_NOT_OURS',
      retryable: false,
      context: { contexts: 64 },
    });
    const ledger = await keeper.publish({ takeOver: true });
    await queue.flush();
    const { context } = ledger.keys.at(-1)!;
    expect(`${context} current`).toMatch(NEVER_USED_CURRENT);
    expect(read(world, 'default')).toBe(shown(context));
    expect(ledger.stampedSeconds).toBe(timestampSeconds + 1n);
  });

  it('[O4] revokes a key from a machine that has nothing but the seed', async () => {
    const world = new World();
    const before = household(world);
    await before.keeper.publish();
    await before.queue.flush();
    const { keeper, queue } = found(world);
    await keeper.revoke();
    await queue.flush();
    expect(read(world, formerOf('default'))).toBe(`revoked ${shown('default')}`);
    expect(read(world, 'default')).toBe(shown('default#1'));
  });
});
