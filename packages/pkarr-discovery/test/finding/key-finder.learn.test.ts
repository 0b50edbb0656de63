import { describe, expect, it } from 'vitest';
import { filled, rejectionOf } from '../bytes.ts';
import { DEVICE, OWNER, STAMPED, verifiedKey, verifiedRevocation } from '../records/key-records.ts';
import { createWorld, DAY_MS, result, settle } from './world.ts';

const PEER = OWNER.publicKey;
const [A, B] = [filled(3), filled(4)];
const on = (days: number) => ({ timestampSeconds: STAMPED + BigInt(days * 86_400) });
const RECORD_A = await verifiedKey({ noiseKey: A });
const RECORD_B = await verifiedKey({ noiseKey: B, ...on(1) });
const FREQUENT = { device: DEVICE, contact: 'frequent' } as const;

describe('learn', () => {
  it('trusts a key on first use if nothing is published, and says so', async () => {
    const world = createWorld();
    expect(await world.finder.learn(PEER, A, FREQUENT)).toMatchObject({
      noiseKey: A,
      state: 'tofu',
      from: 'handshake',
      reason: 'first-contact',
      degraded: false,
      record: undefined,
      problem: { code: 'DISCOVERY_KEY_ABSENT' },
    });
    expect(await world.another().finder.find(PEER, FREQUENT)).toMatchObject({ noiseKey: A, state: 'tofu' });
  });

  it('gives a verified key if the identity has published it', async () => {
    const world = createWorld();
    world.answer = result.found(RECORD_A);
    expect(await world.finder.learn(PEER, A, FREQUENT)).toMatchObject({
      state: 'verified',
      from: 'discovery',
      reason: 'discovered',
      record: RECORD_A,
    });
  });

  it('upgrades the key of a first contact as soon as a record names it', async () => {
    const world = createWorld();
    await world.finder.learn(PEER, A, FREQUENT);
    world.answer = result.found(RECORD_A);
    expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ state: 'verified', reason: 'confirmed' });
    expect(world.events).toMatchObject([{ kind: 'verified', key: '03'.repeat(8), device: DEVICE }]);
  });

  it('refuses the key of a first contact as soon as a record names another one (P8 §4.5)', async () => {
    const world = createWorld();
    await world.finder.learn(PEER, A, FREQUENT);
    world.clock.advance(DAY_MS);
    world.answer = result.found(RECORD_B);
    expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_KEY_CONFLICT');
    const conflict = { kind: 'conflict', known: '03'.repeat(8), presented: '04'.repeat(8) };
    expect(world.events).toMatchObject([conflict]);
  });

  it('looks a rotation up before it calls another key a conflict', async () => {
    const world = createWorld();
    world.answer = result.found(RECORD_A);
    await world.finder.find(PEER, FREQUENT);
    world.clock.advance(DAY_MS);
    world.answer = result.found(RECORD_B);
    const learnt = await world.finder.learn(PEER, B, FREQUENT);
    expect(learnt).toMatchObject({ noiseKey: B, formerKey: A, state: 'rotated', reason: 'rotated' });
  });

  it('takes the key before during the overlap, and says which one to use from now on', async () => {
    const world = createWorld();
    world.answer = result.found(RECORD_A);
    await world.finder.find(PEER, FREQUENT);
    world.clock.advance(7 * DAY_MS);
    world.answer = result.found(RECORD_B);
    await world.finder.find(PEER, FREQUENT);
    expect(await world.finder.learn(PEER, A, FREQUENT)).toMatchObject({ noiseKey: B, reason: 'cached' });
    world.clock.advance(7 * DAY_MS);
    expect((await rejectionOf(world.finder.learn(PEER, A, FREQUENT))).code).toBe('DISCOVERY_KEY_CONFLICT');
  });

  it('asks nobody about the key it knows well', async () => {
    const world = createWorld();
    world.answer = result.found(RECORD_A);
    await world.finder.find(PEER, FREQUENT);
    expect(await world.finder.learn(PEER, A, FREQUENT)).toMatchObject({
      reason: 'cached',
      state: 'verified',
    });
    expect(world.lookUps).toHaveLength(1);
  });

  it.each([
    ['unreachable', result.unreachable, 'DISCOVERY_UNREACHABLE'],
    ['refused', result.refused('forged'), 'DISCOVERY_KEY_RECORD_FORGED'],
  ] as const)(
    'takes no first contact while the record is %s: somebody may hide it (P8 §4.5) [O5]',
    async (_, answer, code) => {
      const world = createWorld();
      world.answer = answer;
      expect((await rejectionOf(world.finder.learn(PEER, A, FREQUENT))).code).toBe(code);
      expect((await world.cache.read(PEER, DEVICE)).entry.state).toBe('unknown');
      // Also while nobody is asked because nobody answered a moment ago.
      if (answer === result.unreachable) {
        const again = await rejectionOf(world.finder.learn(PEER, A, FREQUENT));
        expect(again.code).toBe('DISCOVERY_LOOKUP_SUSPENDED');
      }
      expect(world.events).toEqual([]);
    },
  );

  it('takes the key of an earlier first contact while nobody can be asked [O5]', async () => {
    const world = createWorld();
    await world.finder.learn(PEER, A, FREQUENT);
    world.clock.advance(8 * DAY_MS);
    world.answer = result.unreachable;
    expect(await world.finder.learn(PEER, A, FREQUENT)).toMatchObject({ state: 'tofu', degraded: true });
    world.clock.advance(DAY_MS);
    expect((await rejectionOf(world.finder.learn(PEER, B, FREQUENT))).code).toBe('DISCOVERY_KEY_CONFLICT');
  });

  it.each([
    ['the key', A],
    ['another key', B],
  ])('takes no first contact from a device that has revoked %s', async (_, noiseKey) => {
    const world = createWorld();
    world.answer = result.revoked(await verifiedRevocation({ noiseKey }));
    expect((await rejectionOf(world.finder.learn(PEER, A, FREQUENT))).code).toBe('DISCOVERY_KEY_REVOKED');
    world.answer = result.saidToBeRevoked(noiseKey, 'unsigned');
    expect((await rejectionOf(world.finder.learn(PEER, A, FREQUENT))).code).toBe('DISCOVERY_KEY_REVOKED');
    expect((await world.cache.read(PEER, DEVICE)).entry.state).toBe('unknown');
  });

  it('calls the same a conflict for a contact of high security, of whom no key is kept', async () => {
    const world = createWorld();
    const high = { device: DEVICE, contact: 'high-security' } as const;
    world.answer = result.found(RECORD_A);
    expect(await world.finder.learn(PEER, A, high)).toMatchObject({ state: 'verified' });
    const { code, context } = await rejectionOf(world.finder.learn(PEER, B, high));
    expect([code, context]).toEqual([
      'DISCOVERY_KEY_CONFLICT',
      { known: '03'.repeat(8), presented: '04'.repeat(8) },
    ]);
    expect((await world.cache.read(PEER, DEVICE)).entry.state).toBe('unknown');
  });

  it('leaves a conflict only as the user says: `accept` one of the keys, or `forget` both', async () => {
    const world = createWorld();
    await world.finder.learn(PEER, A, FREQUENT);
    await rejectionOf(world.finder.learn(PEER, B, FREQUENT));
    await world.cache.accept(PEER, DEVICE, B, { contact: 'frequent' });
    expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ noiseKey: B, state: 'tofu' });
    expect((await rejectionOf(world.finder.learn(PEER, A, FREQUENT))).code).toBe('DISCOVERY_KEY_CONFLICT');
    await world.cache.forget(PEER, DEVICE);
    expect(await world.finder.learn(PEER, A, FREQUENT)).toMatchObject({ noiseKey: A, state: 'tofu' });
  });

  it.each([
    ['has expired', false],
    ['has expired and was cleaned away', true],
  ])(
    'tells of another key than the one that %s, if nothing but a handshake shows it (P8 §4.5)',
    async (_, isCleaned) => {
      const world = createWorld();
      world.answer = result.found(RECORD_A);
      await world.finder.find(PEER, FREQUENT);
      world.clock.advance(31 * DAY_MS);
      if (isCleaned) await world.cache.forget(PEER, DEVICE);
      world.answer = result.absent;
      expect(await world.finder.learn(PEER, B, FREQUENT)).toMatchObject({ noiseKey: B, state: 'tofu' });
      const told = { kind: 'replaced', former: '03'.repeat(8), current: '04'.repeat(8), device: DEVICE };
      expect(world.events).toMatchObject([told]);
      await world.finder.learn(PEER, B, FREQUENT);
      expect(world.events).toHaveLength(1);
    },
  );

  it('tells nothing of the same key again, nor of one that nobody knew before (P8 §4.5)', async () => {
    const world = createWorld();
    await world.finder.learn(PEER, A, FREQUENT);
    world.clock.advance(31 * DAY_MS);
    await world.finder.learn(PEER, A, FREQUENT);
    expect(world.events).toEqual([]);
  });

  it('copies the key before anything else happens', async () => {
    const world = createWorld();
    const noiseKey = A.slice();
    const learning = world.finder.learn(PEER, noiseKey, FREQUENT);
    noiseKey.fill(9);
    expect((await learning).noiseKey).toEqual(A);
  });

  it('does not take a key from two handshakes at once: one of them is a conflict', async () => {
    const world = createWorld();
    const both = await Promise.allSettled([A, B].map((key) => world.finder.learn(PEER, key, FREQUENT)));
    await settle();
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_KEY_CONFLICT');
  });
});
