import { describe, expect, it } from 'vitest';
import { filled, rejectionOf } from '../bytes.ts';
import { DEVICE, OWNER, STAMPED, verifiedKey } from '../records/key-records.ts';
import { createWorld, DAY_MS, pendingLookUp, result, settle, type World } from './world.ts';

const PEER = OWNER.publicKey;
const [A, B] = [filled(3), filled(4)];
const RECORD_A = await verifiedKey({ noiseKey: A });
const RECORD_B = await verifiedKey({ noiseKey: B, timestampSeconds: STAMPED + 86_400n });
const FREQUENT = { device: DEVICE, contact: 'frequent' } as const;
const HIGH = { device: DEVICE, contact: 'high-security' } as const;
const ONCE = { device: DEVICE, contact: 'one-time' } as const;

/** The strictest class, and one that a key may have outlived. */
const STRICTER = [
  ['high-security', HIGH, 0],
  ['one-time, outlived', ONCE, 8 * DAY_MS],
] as const;

/** A frequent contact whose key is known, as a first contact or from a record; then its record is withheld. */
async function known(isVerified: boolean, waitMs: number): Promise<World> {
  const world = createWorld();
  if (isVerified) world.answer = result.found(RECORD_A);
  await world.finder.learn(PEER, A, FREQUENT);
  world.clock.advance(waitMs);
  world.answer = result.unreachable;
  return world;
}

describe.each(STRICTER)('a contact met once as %s', (_, stricter, waitMs) => {
  it.each([
    ['of a first contact', false],
    ['that was verified', true],
  ] as const)(
    'refuses another key than one %s that a looser class knows (P8 §4.5)',
    async (__, isVerified) => {
      for (const answer of [result.unreachable, result.absent, result.refused('forged')]) {
        const world = await known(isVerified, waitMs);
        world.answer = answer;
        const { code } = await rejectionOf(world.finder.learn(PEER, B, stricter));
        expect(code).toBe('DISCOVERY_KEY_CONFLICT');
        expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_KEY_CONFLICT');
      }
    },
  );

  it.each([false, true])('leaves the looser class its key (P8 §4.5), verified: %s', async (isVerified) => {
    const uses: readonly ((world: World) => Promise<unknown>)[] = [
      ({ finder }) => finder.learn(PEER, A, stricter),
      ({ finder }) => finder.handshakeFailed(PEER, A, stricter).catch(() => {}),
      ({ finder }) => finder.find(PEER, stricter).catch(() => {}),
      ({ cache }) => cache.touch(PEER, DEVICE, { contact: stricter.contact }),
    ];
    for (const use of uses) {
      const world = await known(isVerified, waitMs);
      await use(world);
      await world.cache.prune();
      const { noiseKey, state } = (await world.another().finder.find(PEER, FREQUENT))!;
      expect([noiseKey, state === 'tofu']).toEqual([A, !isVerified]);
    }
  });

  it('may not use what a looser class knows: a first contact is one, and without any there is no key (P8 §4.5)', async () => {
    const world = await known(true, waitMs);
    expect((await rejectionOf(world.finder.find(PEER, stricter))).code).toBe('DISCOVERY_UNREACHABLE');
    expect(await world.finder.learn(PEER, A, stricter)).toMatchObject({
      noiseKey: A,
      state: 'tofu',
      reason: 'first-contact',
      record: undefined,
      lastValidatedMs: undefined,
    });
    world.answer = result.absent;
    world.finder.resume();
    expect(await world.finder.find(PEER, stricter)).toBeUndefined();
  });

  it('gets what is published, and tells of the rotation (P8 §4.5)', async () => {
    const world = await known(true, Math.max(waitMs, 2 * DAY_MS));
    world.answer = result.found(RECORD_B);
    const found = await world.finder.find(PEER, stricter);
    expect(found).toMatchObject({ noiseKey: B, reason: 'rotated' });
    expect(world.events).toMatchObject([
      { kind: 'rotated', former: '03'.repeat(8), current: '04'.repeat(8) },
    ]);
    // The record under its former id was asked, but nothing that is kept counts where nothing may be.
    expect(found?.formerKey).toEqual(stricter === HIGH ? undefined : A);
    expect((await rejectionOf(world.finder.learn(PEER, A, HIGH))).code).toBe('DISCOVERY_KEY_CONFLICT');
    world.answer = result.absent;
    expect((await rejectionOf(world.finder.learn(PEER, A, HIGH))).code).toBe('DISCOVERY_KEY_CONFLICT');
    const frequent = await world.finder.find(PEER, FREQUENT);
    expect(frequent).toMatchObject({ noiseKey: B, state: 'rotated', formerKey: A });
  });
});

describe.each(STRICTER)('a conflict that was decided as %s', (_, stricter, waitMs) => {
  it('leaves the looser class the key that the user has said is right (P8 §4.5)', async () => {
    const world = await known(true, waitMs);
    await rejectionOf(world.finder.learn(PEER, B, stricter));
    await world.cache.accept(PEER, DEVICE, B, { contact: stricter.contact });
    world.finder.resume();
    world.clock.advance(20 * DAY_MS);
    expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ noiseKey: B, state: 'tofu' });
    expect((await rejectionOf(world.finder.learn(PEER, A, FREQUENT))).code).toBe('DISCOVERY_KEY_CONFLICT');
  });
});

describe('contacts of one class', () => {
  it('are kept as of the longer class from its first use on, however short ago the last one was (P8 §4.5)', async () => {
    const world = createWorld();
    world.answer = result.found(RECORD_A);
    await world.finder.find(PEER, ONCE);
    await world.finder.find(PEER, FREQUENT);
    expect((await world.cache.read(PEER, DEVICE)).contact).toBe('frequent');
    world.clock.advance(8 * DAY_MS);
    world.answer = result.unreachable;
    expect((await rejectionOf(world.finder.learn(PEER, B, HIGH))).code).toBe('DISCOVERY_KEY_CONFLICT');
  });

  it('are met anew when their time is over: a record begins it again (P8 §4.5)', async () => {
    const world = createWorld();
    world.answer = result.found(RECORD_A);
    await world.finder.find(PEER, ONCE);
    world.clock.advance(8 * DAY_MS);
    await world.finder.find(PEER, ONCE);
    world.answer = result.unreachable;
    world.clock.advance(6 * DAY_MS);
    expect(await world.finder.find(PEER, ONCE)).toMatchObject({ noiseKey: A, degraded: true });
  });
});

describe('one look-up for several classes at once', () => {
  it('is noted for each of them: the key is kept for the one that may keep it (P8 §4.5)', async () => {
    const world = createWorld();
    const pending = pendingLookUp();
    world.answer = pending.discover;
    const both = [HIGH, FREQUENT].map((call) => world.finder.find(PEER, call));
    await settle();
    pending.land(result.found(RECORD_A));
    expect((await Promise.all(both)).map((key) => key?.noiseKey)).toEqual([A, A]);
    expect(world.lookUps).toHaveLength(1);
    world.answer = result.unreachable;
    expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ noiseKey: A, reason: 'cached' });
    expect((await rejectionOf(world.finder.learn(PEER, B, HIGH))).code).toBe('DISCOVERY_KEY_CONFLICT');
  });

  it('gives no key that is merely kept where nothing may be (P8 §4.5)', async () => {
    const world = await known(true, 8 * DAY_MS);
    const pending = pendingLookUp();
    world.answer = pending.discover;
    const both = [FREQUENT, HIGH].map((call) => world.finder.find(PEER, call));
    await settle();
    pending.land(result.found(RECORD_B));
    expect((await Promise.all(both)).map((key) => key?.formerKey)).toEqual([A, undefined]);
    expect(world.lookUps).toHaveLength(2);
  });
});
