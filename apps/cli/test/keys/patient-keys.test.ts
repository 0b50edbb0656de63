import { DiscoveryError, type OwnKeys } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { patientKeys } from '../../src/keys/patient-keys.ts';
import { fakeSurroundings, type RunOptions } from '../home/command-run.ts';

const held = () => new DiscoveryError('DISCOVERY_LEASE_HELD', { what: 'keeping keys', forMs: 100_000 });

/** A clock on which every wait is over at once, but for what happens in between. */
function skippingClock(): { readonly clock: NonNullable<RunOptions['clock']>; waitedMs(): number } {
  let nowMs = 0;
  return {
    clock: {
      now: () => nowMs,
      schedule(delayMs, callback) {
        let isCancelled = false;
        setImmediate(() => {
          if (isCancelled) return;
          nowMs += delayMs;
          callback();
        });
        return () => {
          isCancelled = true;
        };
      },
    },
    waitedMs: () => nowMs,
  };
}

/** Keys of which `rotate` and `flush` fail so often. */
function keysThatFail(times: number, error: () => Error): { readonly keys: OwnKeys; calls(): number } {
  let calls = 0;
  const work = async (): Promise<never> => {
    calls += 1;
    if (calls <= times) throw error();
    return 'done' as never;
  };
  const keys = { keeper: { rotate: work }, queue: { flush: work } } as unknown as OwnKeys;
  return { keys, calls: () => calls };
}

describe('patientKeys', () => {
  it('waits for another command that is at the same keys, and says so once [O3]', async () => {
    for (const method of ['rotate', 'flush'] as const) {
      const { clock, waitedMs } = skippingClock();
      const { surroundings, said } = fakeSurroundings({ clock });
      const { keys } = keysThatFail(3, held);
      const { keeper, queue } = patientKeys(keys, surroundings);
      expect(await (method === 'rotate' ? keeper.rotate() : queue.flush())).toBe('done');
      expect(waitedMs()).toBe(750);
      expect(said.told.match(/waiting for it/g)).toHaveLength(1);
    }
  });

  it('does not wait for ever, nor after Ctrl-C', async () => {
    const { clock, waitedMs } = skippingClock();
    const { keys } = keysThatFail(Number.POSITIVE_INFINITY, held);
    const patient = patientKeys(keys, fakeSurroundings({ clock }).surroundings);
    await expect(patient.keeper.rotate()).rejects.toMatchObject({ code: 'DISCOVERY_LEASE_HELD' });
    expect(waitedMs()).toBe(30_000);
    const abort = new AbortController();
    const { surroundings } = fakeSurroundings({
      signal: abort.signal,
      clock: {
        now: () => 0,
        schedule() {
          abort.abort();
          return () => {};
        },
      },
    });
    const ended = patientKeys(keys, surroundings).keeper.rotate();
    await expect(ended).rejects.toMatchObject({ code: 'DISCOVERY_LEASE_HELD' });
  });

  it('repeats nothing else that fails', async () => {
    const failing = keysThatFail(1, () => new DiscoveryError('DISCOVERY_CLOSED', { what: 'the key keeper' }));
    const { keeper } = patientKeys(failing.keys, fakeSurroundings().surroundings);
    await expect(keeper.rotate()).rejects.toMatchObject({ code: 'DISCOVERY_CLOSED' });
    expect(failing.calls()).toBe(1);
  });
});
