import { hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import type { DurableStore } from '../../../session-store/src/index.ts';
import { crashEverywhere } from '../../../session-store/src/testing.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { DEVICE, OWNER, STAMPED, verifiedKey, verifiedRevocation } from '../records/key-records.ts';
import { memoryStore } from '../stores.ts';
import { createWorld, DAY_MS, result, type World } from './world.ts';

const PEER = OWNER.publicKey;
const [A, B, C] = [filled(3), filled(4), filled(5)];
const on = (days: number) => ({ timestampSeconds: STAMPED + BigInt(days * 86_400) });
const RECORD_A = await verifiedKey({ noiseKey: A });
const RECORD_B = await verifiedKey({ noiseKey: B, ...on(7) });
const NO_A = await verifiedRevocation({ noiseKey: A, ...on(6) });
const NO_B = await verifiedRevocation({ noiseKey: B, ...on(7) });
const FREQUENT = { device: DEVICE, contact: 'frequent' } as const;
const REVOKED = 'DISCOVERY_KEY_REVOKED';
const LAPTOP = { device: 'laptop', contact: 'frequent' } as const;

/** What happens to two devices, one step after the other. */
const STEPS: readonly ((world: World) => Promise<unknown>)[] = [
  (world) => answered(world, result.found(RECORD_A), () => world.finder.find(PEER, FREQUENT)),
  (world) => answered(world, result.absent, () => world.finder.learn(PEER, A, LAPTOP)),
  async (world) => world.clock.advance(7 * DAY_MS),
  (world) => answered(world, result.absent, () => world.finder.handshakeFailed(PEER, A, FREQUENT)),
  (world) => answered(world, result.found(RECORD_B, NO_A), () => world.finder.find(PEER, FREQUENT)),
  (world) => answered(world, result.absent, () => rejectionOf(world.finder.learn(PEER, C, LAPTOP))),
  (world) => world.cache.accept(PEER, 'laptop', C, { contact: 'frequent' }),
  (world) =>
    answered(world, result.revoked(NO_B), () => rejectionOf(world.finder.handshakeFailed(PEER, B, FREQUENT))),
  (world) => world.cache.forget(PEER, 'laptop'),
  (world) => world.cache.prune(),
];

function answered<Result>(
  world: World,
  answer: World['answer'],
  work: () => Promise<Result>,
): Promise<Result> {
  world.answer = answer;
  return work();
}

async function contents(store: DurableStore): Promise<string> {
  const all: string[] = [];
  for await (const { key, value } of store.list('')) all.push(`${key}=${hex.encode(value)}`);
  return all.join('\n');
}

/** Notes what the store holds after every commit. */
function noting(store: DurableStore, note: (contents: string) => void): DurableStore {
  return {
    ...store,
    async commit(operations, options) {
      const version = await store.commit(operations, options);
      note(await contents(store));
      return version;
    },
  };
}

describe('createKeyFinder', () => {
  it('leaves what it had acknowledged, or the very next step, wherever its process dies [S2.3] [F2]', async () => {
    const inner = memoryStore();
    const states = [await contents(inner)];
    /** For each step, how many of the states it had come to. */
    const reached: number[] = [];
    const whole = createWorld({ store: noting(inner, (state) => states.push(state)) });
    for (const step of STEPS) {
      await step(whole);
      reached.push(states.length - 1);
    }
    expect(new Set(states).size).toBe(states.length);

    let done = 0;
    const deaths = await crashEverywhere({
      create: () => memoryStore(),
      async run(store) {
        done = 0;
        const world = createWorld({ store });
        for (const step of STEPS) {
          await step(world);
          done += 1;
        }
      },
      async check(store) {
        const at = states.indexOf(await contents(store));
        expect(at).toBeGreaterThanOrEqual(done === 0 ? 0 : (reached[done - 1] as number));
        expect(at).toBeLessThanOrEqual(reached[Math.min(done, STEPS.length - 1)] as number);
        // The next process refuses what this one was told to refuse, though nobody can be asked any more.
        const next = createWorld({ store });
        next.clock.advance(7 * DAY_MS);
        next.answer = result.unreachable;
        const given = await next.finder.find(PEER, FREQUENT).catch(({ code }) => code);
        const shown = typeof given === 'string' ? given : given?.noiseKey[0];
        // Revoked after step 8, B from step 5, and A from step 1 on; the next step may have happened, too.
        const allowed = done >= 8 ? [REVOKED] : done >= 5 ? [B[0], REVOKED] : [A[0], B[0]];
        if (done >= 1) expect(allowed).toContain(shown);
      },
    });
    expect(deaths).toBeGreaterThan(30);
  });
});
