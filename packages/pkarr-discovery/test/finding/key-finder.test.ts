import { isCodedError } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { DiscoveryError } from '../../src/errors.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { DEVICE, OWNER, STAMPED, verifiedKey, verifiedRevocation } from '../records/key-records.ts';
import { createWorld, DAY_MS, pendingLookUp, result, START_MS, settle } from './world.ts';

const PEER = OWNER.publicKey;
const [A, B] = [filled(3), filled(4)];
const on = (days: number) => ({ timestampSeconds: STAMPED + BigInt(days * 86_400) });
const OLD_B = await verifiedKey({ noiseKey: B, ...on(-1) });
const RECORD_A = await verifiedKey({ noiseKey: A });
const AGAIN_A = await verifiedKey({ noiseKey: A, ...on(7) });
const RECORD_B = await verifiedKey({ noiseKey: B, ...on(7) });
const NO_A = await verifiedRevocation({ noiseKey: A, ...on(8) });
const FREQUENT = { device: DEVICE, contact: 'frequent' } as const;
const OCCASIONAL = { device: DEVICE, contact: 'occasional' } as const;

/** A contact whose key A was found and is validated for 7 days. */
async function acquainted() {
  const world = createWorld();
  world.answer = result.found(RECORD_A);
  await world.finder.find(PEER, FREQUENT);
  return world;
}

describe('createKeyFinder', () => {
  it('looks up a key that nobody knows, and says where it comes from and why [S2.1]', async () => {
    const world = createWorld();
    world.answer = result.found(RECORD_A);
    expect(await world.finder.find(PEER, FREQUENT)).toEqual({
      noiseKey: A,
      formerKey: undefined,
      state: 'verified',
      from: 'discovery',
      source: 'homeserver',
      reason: 'discovered',
      degraded: false,
      problem: undefined,
      record: RECORD_A,
      lastValidatedMs: START_MS,
    });
    expect(world.lookUps).toMatchObject([
      { device: DEVICE, maximumAgeSeconds: undefined, timeoutMs: 15_000 },
    ]);
  });

  it('finds undefined where nothing is published and nothing is known', async () => {
    expect(await createWorld().finder.find(PEER)).toBeUndefined();
  });

  it('asks nobody for a cached key within its policy, in any process', async () => {
    const world = await acquainted();
    for (const { finder } of [world, world.another()]) {
      expect(await finder.find(PEER, FREQUENT)).toMatchObject({
        noiseKey: A,
        from: 'cache',
        reason: 'cached',
      });
    }
    expect(world.lookUps).toHaveLength(1);
  });

  it('gives bytes that are the caller’s own', async () => {
    const { finder } = await acquainted();
    (await finder.find(PEER, FREQUENT))?.noiseKey.fill(9);
    expect((await finder.find(PEER, FREQUENT))?.noiseKey).toEqual(A);
  });

  it('is not misled by an identity that changes while it reads', async () => {
    const world = createWorld();
    const identity = PEER.slice();
    world.answer = (asked) => {
      expect(asked).toEqual(PEER);
      return Promise.resolve(result.found(RECORD_A));
    };
    const finding = world.finder.find(identity, FREQUENT);
    identity.fill(0);
    await finding;
    expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ from: 'cache' });
  });

  it('refuses what is no identity, device, class or key', async () => {
    const { finder } = createWorld();
    expect((await rejectionOf(finder.find(new Uint8Array(31)))).code).toBe('DISCOVERY_WRONG_LENGTH');
    expect((await rejectionOf(finder.find(PEER, { device: '../x' }))).code).toBe('DISCOVERY_BAD_DEVICE');
    expect((await rejectionOf(finder.learn(PEER, new Uint8Array(31)))).code).toBe('DISCOVERY_WRONG_LENGTH');
    expect((await rejectionOf(finder.learn(PEER, new Uint8Array(32)))).code).toBe('DISCOVERY_WEAK_KEY');
    expect((await rejectionOf(finder.handshakeFailed(PEER, new Uint8Array(33)))).code).toBe(
      'DISCOVERY_WRONG_LENGTH',
    );
    const contact = 'enemy' as 'frequent';
    await expect(finder.find(PEER, { contact })).rejects.toThrow(TypeError);
  });

  describe('and the freshness of cached keys', () => {
    it('looks at the age of a cached record at every use: one that has become stale is no key any more (P8 W-10) [S2.2]', async () => {
      const world = createWorld({ policy: { maximumAgeSeconds: 5 * 86_400 } });
      world.answer = result.found(RECORD_A);
      await world.finder.find(PEER, FREQUENT);
      expect(world.lookUps).toMatchObject([{ maximumAgeSeconds: 5 * 86_400 }]);
      world.answer = result.unreachable;
      world.clock.advance(5 * DAY_MS);
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ reason: 'cached' });
      world.clock.advance(1_000);
      // Though its class of contacts would keep it for 25 days more, and in an outage.
      expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_UNREACHABLE');
    });

    it('does not believe a discovery that has another rule for the age of records, or another clock [S2.2]', async () => {
      const world = createWorld();
      world.answer = result.found(await verifiedKey({ noiseKey: A, ...on(-31) }));
      expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_KEY_STALE');
      world.answer = result.found(await verifiedKey({ noiseKey: A, ...on(1) }));
      expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_KEY_FROM_FUTURE');
      expect((await world.cache.read(PEER, DEVICE)).entry.state).toBe('unknown');
    });

    it('uses no key whose time nobody has signed where that is asked for, and takes no other one for a first contact [S2.2] [S2.3]', async () => {
      const world = createWorld();
      world.answer = result.found(await verifiedKey({ noiseKey: A, unsigned: true }));
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ noiseKey: A });
      const { finder } = world.another({ policy: { requireSignedFreshness: true } });
      for (const work of [() => finder.find(PEER, FREQUENT), () => finder.learn(PEER, A, FREQUENT)]) {
        expect((await rejectionOf(work())).code).toBe('DISCOVERY_FRESHNESS_UNSIGNED');
      }
      world.answer = result.absent;
      expect(await finder.find(PEER, FREQUENT)).toBeUndefined();
      const met = { state: 'tofu', reason: 'first-contact', record: undefined };
      expect(await finder.learn(PEER, A, FREQUENT)).toMatchObject(met);
      expect((await rejectionOf(finder.learn(PEER, B, FREQUENT))).code).toBe('DISCOVERY_KEY_CONFLICT');
    });

    it('validates a key of a frequent contact after 7 days, and that of others at every connection (P8 §4.5)', async () => {
      const world = await acquainted();
      world.clock.advance(7 * DAY_MS - 1);
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ reason: 'cached' });
      world.clock.advance(1);
      world.answer = result.found(AGAIN_A);
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({
        reason: 'confirmed',
        state: 'verified',
      });
      const before = world.lookUps.length;
      for (const contact of ['occasional', 'one-time'] as const) {
        expect(await world.finder.find(PEER, { device: DEVICE, contact })).toMatchObject({
          reason: 'confirmed',
        });
      }
      expect(world.lookUps).toHaveLength(before + 2);
    });

    it('never uses a cached key of a contact of high security, also in an outage', async () => {
      const world = createWorld();
      const high = { device: DEVICE, contact: 'high-security' } as const;
      world.answer = result.found(RECORD_A);
      expect(await world.finder.find(PEER, high)).toMatchObject({ noiseKey: A, from: 'discovery' });
      world.answer = result.unreachable;
      expect((await rejectionOf(world.finder.find(PEER, high))).code).toBe('DISCOVERY_UNREACHABLE');
      // What is older stays refused, though no key is kept.
      world.answer = result.found(OLD_B);
      world.clock.advance(2_000);
      expect((await rejectionOf(world.finder.find(PEER, high))).code).toBe('DISCOVERY_KEY_ROLLED_BACK');
    });
  });

  describe('repairs the documented flow (P8 §4.5)', () => {
    it('"it marks an entry as validated even when the look-up failed": it looks it up again the next time', async () => {
      const world = await acquainted();
      world.clock.advance(7 * DAY_MS);
      for (const answer of [result.absent, result.refused('forged'), result.unreachable]) {
        world.answer = answer;
        expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({
          state: 'due',
          lastValidatedMs: START_MS,
        });
      }
      expect(world.lookUps).toHaveLength(4);
    });

    it('"it stores and uses the XX key even when discovery contradicts it": that is a conflict, and neither is used (P8 W-14)', async () => {
      const world = createWorld();
      world.answer = result.found(RECORD_A);
      const { code, context } = await rejectionOf(world.finder.learn(PEER, B, FREQUENT));
      expect([code, context]).toEqual([
        'DISCOVERY_KEY_CONFLICT',
        { known: '0303030303030303', presented: '0404040404040404' },
      ]);
      expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe(code);
      expect((await rejectionOf(world.another().finder.find(PEER, FREQUENT))).code).toBe(code);
    });

    it('"it calls the non-negotiating connect functions": it connects nobody, and gives what a policy selects by', async () => {
      const { finder } = await acquainted();
      const { state, record } = (await finder.find(PEER, FREQUENT)) ?? {};
      expect([state, record?.freshness]).toEqual(['verified', 'signed']);
    });

    it('tells "absent" from "unreachable", which 0.8 does not (P8 §4.3) [F3]', async () => {
      const world = createWorld();
      world.answer = result.absent;
      expect(await world.finder.find(PEER)).toBeUndefined();
      world.answer = result.unreachable;
      const { code, context } = await rejectionOf(world.finder.find(PEER));
      expect([code, context]).toMatchObject([
        'DISCOVERY_UNREACHABLE',
        { sources: 1, reasons: 'DISCOVERY_TIMED_OUT' },
      ]);
    });
  });

  describe('after a rotation', () => {
    it('uses the new key, and takes the one before for 7 days [O3]', async () => {
      const world = await acquainted();
      world.clock.advance(7 * DAY_MS);
      world.answer = result.found(RECORD_B);
      const rotated = { noiseKey: B, formerKey: A, state: 'rotated' };
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ ...rotated, reason: 'rotated' });
      world.clock.advance(7 * DAY_MS - 1);
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ ...rotated, reason: 'cached' });
      world.clock.advance(1);
      world.answer = result.absent;
      const settled = { noiseKey: B, formerKey: undefined, state: 'due' };
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject(settled);
    });

    it('ends the overlap when the key before is revoked', async () => {
      const world = await acquainted();
      world.clock.advance(8 * DAY_MS);
      const noA = await verifiedRevocation({ noiseKey: A, ...on(6) });
      world.answer = result.found(RECORD_B, noA);
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ noiseKey: B, formerKey: undefined });
    });

    it('does not go back to the key before, whoever serves its record (P8 W-09) [S2.3]', async () => {
      const world = createWorld();
      world.answer = result.found(RECORD_A);
      await world.finder.find(PEER, OCCASIONAL);
      world.answer = result.found(OLD_B);
      const answer = await world.finder.find(PEER, OCCASIONAL);
      expect(answer).toMatchObject({ noiseKey: A, reason: 'unconfirmed', degraded: false });
      expect(answer?.problem?.code).toBe('DISCOVERY_KEY_ROLLED_BACK');
    });
  });

  describe('and revocation', () => {
    it('refuses a revoked key for good, without asking anybody (P8 W-11) [S2.3]', async () => {
      const world = await acquainted();
      world.clock.advance(8 * DAY_MS);
      world.answer = result.revoked(NO_A);
      expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_KEY_REVOKED');
      world.answer = result.found(await verifiedKey({ noiseKey: A, ...on(8) }));
      const before = world.lookUps.length;
      for (const { finder } of [world, world.another()]) {
        expect((await rejectionOf(finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_KEY_REVOKED');
        expect((await rejectionOf(finder.learn(PEER, A, FREQUENT))).code).toBe('DISCOVERY_KEY_REVOKED');
      }
      expect(world.lookUps).toHaveLength(before);
    });

    it('refuses the revoked key also after the user has forgotten it, and takes a newer one then', async () => {
      const world = await acquainted();
      world.clock.advance(8 * DAY_MS);
      world.answer = result.revoked(NO_A);
      await rejectionOf(world.finder.find(PEER, FREQUENT));
      await world.cache.forget(PEER, DEVICE);
      world.answer = result.found(await verifiedKey({ noiseKey: A, ...on(8) }));
      expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_KEY_REVOKED');
      world.answer = result.absent;
      expect((await rejectionOf(world.finder.learn(PEER, A, FREQUENT))).code).toBe('DISCOVERY_KEY_REVOKED');
      world.clock.advance(DAY_MS);
      world.answer = result.found(await verifiedKey({ noiseKey: B, ...on(9) }));
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ noiseKey: B });
    });

    it('does not use a key that somebody says is revoked, but does not remember it (P8 W-11)', async () => {
      const world = await acquainted();
      world.answer = result.saidToBeRevoked(A, 'unsigned');
      const { code, context } = await rejectionOf(world.finder.find(PEER, OCCASIONAL));
      expect([code, context]).toEqual(['DISCOVERY_KEY_REVOKED', { proof: 'unsigned' }]);
      // From now on no class of contacts uses it unasked.
      world.answer = result.found(RECORD_A);
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ reason: 'confirmed', noiseKey: A });
    });

    it('takes no record that is older than the revocation which comes with it [S2.3]', async () => {
      const world = createWorld();
      world.clock.advance(8 * DAY_MS);
      for (const record of [RECORD_B, await verifiedKey({ noiseKey: B, ...on(8), unsigned: true })]) {
        world.answer = result.found(record, NO_A);
        expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toMatch(/ROLLED_BACK|DOWNGRADED/);
      }
    });

    it('ignores what somebody says of another key', async () => {
      const world = await acquainted();
      world.answer = result.saidToBeRevoked(B, 'unsigned');
      expect(await world.finder.find(PEER, OCCASIONAL)).toMatchObject({ noiseKey: A, reason: 'unconfirmed' });
    });

    it('believes a discovery that remembers a revocation which the cache has never seen [S2.3]', async () => {
      const world = await acquainted();
      world.answer = result.saidToBeRevoked(A, 'signed');
      expect((await rejectionOf(world.finder.find(PEER, OCCASIONAL))).code).toBe('DISCOVERY_KEY_REVOKED');
      world.answer = result.unreachable;
      expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_KEY_REVOKED');
    });

    it('sees within 5 s what another process has learnt', async () => {
      const world = await acquainted();
      await world
        .another()
        .cache.observe(PEER, DEVICE, [await verifiedRevocation({ noiseKey: A })], FREQUENT);
      world.clock.advance(5_000);
      expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_KEY_REVOKED');
    });
  });

  describe('handshakeFailed', () => {
    it('looks the key up however recently that was done, and gives what it finds', async () => {
      const world = await acquainted();
      world.clock.advance(7 * DAY_MS - 1);
      world.answer = result.found(RECORD_B);
      expect(await world.finder.handshakeFailed(PEER, A, FREQUENT)).toMatchObject({
        noiseKey: B,
        reason: 'rotated',
      });
    });

    it('goes on looking it up until a record confirms it', async () => {
      const world = await acquainted();
      world.answer = result.absent;
      const doubtful = { noiseKey: A, state: 'due', lastValidatedMs: undefined, reason: 'unconfirmed' };
      expect(await world.finder.handshakeFailed(PEER, A, FREQUENT)).toMatchObject(doubtful);
      expect(await world.another().finder.find(PEER, FREQUENT)).toMatchObject(doubtful);
      world.answer = result.found(RECORD_A);
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ reason: 'confirmed' });
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ reason: 'cached' });
    });

    it('does not doubt a key for the failure of another', async () => {
      const world = await acquainted();
      expect(await world.finder.handshakeFailed(PEER, B, FREQUENT)).toMatchObject({
        noiseKey: A,
        reason: 'cached',
      });
      expect(world.lookUps).toHaveLength(1);
    });
  });

  describe('and many callers', () => {
    it('makes one look-up for a hundred of them', async () => {
      const world = createWorld();
      const { discover, land } = pendingLookUp();
      world.answer = discover;
      const all = Array.from({ length: 100 }, () => world.finder.find(PEER, FREQUENT));
      await settle();
      expect(world.lookUps).toHaveLength(1);
      land(result.found(RECORD_A));
      for (const key of await Promise.all(all))
        expect(key).toMatchObject({ noiseKey: A, reason: 'discovered' });
      expect(world.lookUps).toHaveLength(1);
    });

    it('makes one for each device', async () => {
      const world = createWorld();
      await Promise.all([world.finder.find(PEER, { device: 'a' }), world.finder.find(PEER, { device: 'b' })]);
      expect(world.lookUps.map(({ device }) => device)).toEqual(['a', 'b']);
    });

    it('lets each leave by its own signal, and stops the look-up when all have left', async () => {
      const world = createWorld();
      const { discover, signals } = pendingLookUp();
      world.answer = discover;
      const stoppers = Array.from({ length: 10 }, () => new AbortController());
      const all = stoppers.map(({ signal }) => rejectionOf(world.finder.find(PEER, { ...FREQUENT, signal })));
      await settle();
      for (const stopper of stoppers) {
        expect(signals[0]?.aborted).toBe(false);
        stopper.abort();
        await settle();
      }
      expect(signals[0]?.aborted).toBe(true);
      for (const { code } of await Promise.all(all)) expect(code).toBe('DISCOVERY_CANCELLED');
      world.answer = result.found(RECORD_A);
      // A look-up that was stopped is no outage.
      expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ reason: 'discovered' });
      expect([world.clock.pending, world.events]).toEqual([0, []]);
    });

    it('does nothing for who was cancelled before', async () => {
      const world = createWorld();
      const cancelled = world.finder.find(PEER, { ...FREQUENT, signal: AbortSignal.abort() });
      expect((await rejectionOf(cancelled)).code).toBe('DISCOVERY_CANCELLED');
      expect(world.lookUps).toEqual([]);
    });
  });

  it('refuses every key that cannot be remembered first [S2.3]', async () => {
    const world = createWorld();
    world.answer = async () => {
      await world.store.close();
      return result.found(RECORD_A);
    };
    expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('STORE_CLOSED');
  });

  it('passes on what the discovery throws', async () => {
    const world = await acquainted();
    world.answer = () => Promise.reject(new DiscoveryError('DISCOVERY_MEMORY_FAILED', { reason: 'EIO' }));
    expect((await rejectionOf(world.finder.find(PEER, OCCASIONAL))).code).toBe('DISCOVERY_MEMORY_FAILED');
    world.answer = () => Promise.reject(new TypeError('a mistake'));
    const thrown: unknown = await world.finder.find(PEER, OCCASIONAL).catch((error) => error);
    expect([thrown instanceof TypeError, isCodedError(thrown)]).toEqual([true, false]);
  });
});
