import { hex } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort, sampled } from '../../../../tooling/vitest/effort.ts';
import { LEASE_MS } from '../../src/constants.ts';
import { formerDevice } from '../../src/lifecycle/former-device.ts';
import { currentKey, type KeyLedger } from '../../src/lifecycle/key-ledger.ts';
import { parseKeyRecord } from '../../src/records/key-record.ts';
import { household, ledgerOf } from './household.ts';
import { type Fault, World } from './world.ts';

type Household = ReturnType<typeof household>;

/** What owners do. */
const STEPS = {
  publish: ({ keeper }) => keeper.publish(),
  restamp: ({ keeper }) => keeper.restamp(),
  rotate: ({ keeper }) => keeper.rotate(),
  run: ({ keeper }) => keeper.run(),
  revoke: ({ keeper }) => keeper.revoke(),
  'revoke for good': ({ keeper }) => keeper.revoke({ successor: false }),
  flush: ({ queue }) => queue.flush(),
} as const satisfies Record<string, (house: Household) => Promise<unknown>>;
type Step = keyof typeof STEPS;

/** Does a step; that it cannot be done in this state, or that a target or the store failed, is fine. */
async function attempt(house: Household, step: Step): Promise<void> {
  try {
    await STEPS[step](house);
  } catch (error) {
    const { code } = error as { code?: string };
    expect([
      'DISCOVERY_NO_CURRENT_KEY',
      'DISCOVERY_TOO_MANY_KEYS',
      // A lease that could not be given back.
      'DISCOVERY_LEASE_HELD',
      'STORE_IO_FAILED',
    ]).toContain(code);
  }
}

/** A world, and the keys that were revoked while they were current. */
class WatchedWorld extends World {
  #current: string | undefined;
  readonly revoked = new Set<string>();

  watch(ledger: KeyLedger | undefined): void {
    for (const { status, noiseKey } of ledger?.keys ?? []) {
      if (status === 'revoked' && hex.encode(noiseKey) === this.#current) this.revoked.add(this.#current);
    }
    const current = ledger && currentKey(ledger);
    this.#current = current && hex.encode(current.noiseKey);
  }
}

/** What must hold at every moment, whatever has happened. */
async function checkWorld(world: WatchedWorld): Promise<void> {
  const ledger = await ledgerOf(world);
  world.watch(ledger);
  const known = new Map(ledger?.keys.map((key) => [hex.encode(key.noiseKey), key]));
  expect(ledger?.keys.filter(({ status }) => status === 'current').length ?? 0).toBeLessThanOrEqual(1);
  for (const target of world.targets) {
    const newest = new Map<string, bigint>();
    const revoked = new Set<string>();
    for (const { device, kind, record, seconds } of target.arrivals) {
      if (record === undefined || seconds === undefined) continue;
      const key = hex.encode(parseKeyRecord(record).noiseKey);
      // No key is lost: whatever was ever published has a context from which its secret comes.
      expect(known.has(key)).toBe(true);
      // Nothing older ever replaces what is newer; the same again is fine.
      expect(seconds >= (newest.get(device) ?? 0n)).toBe(true);
      newest.set(device, seconds);
      if (kind === 'revocation') revoked.add(key);
      // What was revoked never comes back.
      else expect(revoked.has(key)).toBe(false);
      if (device === 'default') continue;
      expect(device).toBe(formerDevice('default', parseKeyRecord(record).noiseKey));
    }
  }
}

/** What must hold once everything that was begun is through. */
async function checkEnd(world: WatchedWorld): Promise<void> {
  await checkWorld(world);
  const ledger = await ledgerOf(world);
  expect(ledger?.outbox ?? []).toEqual([]);
  for (const target of world.targets) {
    for (const key of ledger?.keys ?? []) {
      const former = target.records.get(formerDevice('default', key.noiseKey));
      const isCurrent = key.status === 'current';
      const standing = isCurrent ? target.records.get('default') : former;
      if (isCurrent || key.status === 'former') {
        expect(standing?.kind).toBe('key');
        expect(hex.encode(parseKeyRecord(standing!.record!).noiseKey)).toBe(hex.encode(key.noiseKey));
        expect(standing!.seconds).toBe(key.stampedSeconds);
      }
      // A revocation reaches every target.
      if (key.status === 'revoked') expect(former?.kind).toBe('revocation');
      if (key.status === 'retired' || isCurrent) expect(former).toBeUndefined();
    }
    // Nor is one passed over because a successor came soon after it.
    const told = target.arrivals.filter(({ kind, device }) => kind === 'revocation' && device === 'default');
    const toldKeys = told.map(({ record }) => hex.encode(parseKeyRecord(record!).noiseKey));
    expect(toldKeys).toEqual(expect.arrayContaining([...world.revoked]));
    const current = ledger && currentKey(ledger);
    if (current === undefined && ledger !== undefined) {
      expect(target.records.get('default')?.kind).toBe('revocation');
    }
  }
}

/** Goes through the steps, dying where the fault says; the next process goes on with the step it died in, or the next. */
async function liveThrough(
  world: WatchedWorld,
  steps: readonly Step[],
  faultOf: (call: number) => Fault,
  repeats: boolean,
): Promise<{ readonly calls: number; readonly deaths: number }> {
  let life = world.live(faultOf);
  let house = household(world, life);
  let deaths = 0;
  let before = 0;
  for (let at = 0; at < steps.length; at++) {
    // Several in one second, so that it is not the clock that keeps records apart.
    world.clock.advance(400);
    const outcome = await Promise.race([
      attempt(house, steps[at] as Step).then(() => 'done'),
      life.died.then(() => 'died'),
    ]);
    await checkWorld(world);
    if (outcome === 'done') continue;
    deaths += 1;
    before += life.calls();
    world.clock.advance(LEASE_MS);
    const offset = before;
    life = world.live((call) => faultOf(call + offset));
    house = household(world, life);
    if (repeats) at -= 1;
  }
  const calls = before + life.calls();
  // At last a process without faults.
  world.clock.advance(LEASE_MS);
  const last = household(world);
  await last.queue.retryParked();
  await last.keeper.run();
  await last.queue.flush();
  return { calls, deaths };
}

const SCENARIOS: readonly { readonly steps: readonly Step[]; readonly repeats: boolean }[] = [
  { steps: ['publish', 'flush', 'rotate', 'flush', 'run'], repeats: false },
  { steps: ['publish', 'rotate', 'revoke', 'flush', 'run'], repeats: false },
  { steps: ['publish', 'rotate', 'revoke', 'restamp', 'flush'], repeats: true },
  { steps: ['publish', 'flush', 'revoke for good', 'flush', 'publish', 'flush'], repeats: true },
];

describe('createKeyKeeper', () => {
  it.each(SCENARIOS)(
    '[O3] [O4] survives a death before each call of store and targets: $steps, repeated: $repeats',
    async ({ steps, repeats }) => {
      const { calls } = await liveThrough(new WatchedWorld(), steps, () => undefined, repeats);
      expect(calls).toBeGreaterThan(20);
      // A death after a call is one before the next.
      for (const number of sampled(Array.from({ length: calls }, (_, index) => index))) {
        const world = new WatchedWorld();
        const faultOf = (call: number) => (call === number ? 'die before' : undefined);
        const { deaths } = await liveThrough(world, steps, faultOf, repeats);
        expect(deaths).toBe(1);
        await checkEnd(world);
      }
    },
  );

  it('[O3] [O4] [O5] [S2.3] loses no key and no revocation, whatever fails and dies in whatever order', async () => {
    const steps = fc.array(fc.constantFrom(...(Object.keys(STEPS) as Step[])), {
      minLength: 3,
      maxLength: 12,
    });
    const faults = fc.array(
      fc.tuple(fc.nat(100), fc.constantFrom<Fault>('die before', 'die after', new Error('unreachable'))),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(steps, faults, fc.boolean(), async (list, wrongs, repeats) => {
        const world = new WatchedWorld();
        const wrong = new Map(wrongs);
        await liveThrough(world, ['publish', ...list], (call) => wrong.get(call), repeats);
        await checkEnd(world);
      }),
      { numRuns: effort(60) },
    );
  });
});
