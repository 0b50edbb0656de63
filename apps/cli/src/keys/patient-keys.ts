import { isCodedError, type OwnKeys } from 'pubky-paykit';
import type { Surroundings } from '../home/surroundings.ts';

/** How long another command is waited for, in milliseconds; one that has died is not waited for to the end. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 250;

function isHeld(error: unknown): boolean {
  return isCodedError(error) && error.code === 'DISCOVERY_LEASE_HELD';
}

/**
 * Keys whose calls wait a while for another command of the same home that is at the same work, such as a `paykit receive`
 * that is publishing. A call that is refused for that has done nothing, so that it may be repeated.
 */
export function patientKeys(
  { keeper, queue, ...keys }: OwnKeys,
  { clock, signal, terminal }: Pick<Surroundings, 'clock' | 'signal' | 'terminal'>,
): OwnKeys {
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      let cancel = (): void => {};
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
      cancel = clock.schedule(RETRY_MS, done);
    });

  async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
      try {
        return await work();
      } catch (error) {
        if (!isHeld(error) || waitedMs >= PATIENCE_MS || signal.aborted) throw error;
        if (waitedMs === 0) terminal.tell('Another paykit is at the keys of this home; waiting for it …\n');
        await pause();
      }
    }
  }

  return {
    ...keys,
    keeper: {
      ...keeper,
      publish: (call) => patiently(() => keeper.publish(call)),
      restamp: (call) => patiently(() => keeper.restamp(call)),
      rotate: (call) => patiently(() => keeper.rotate(call)),
      revoke: (call) => patiently(() => keeper.revoke(call)),
      run: (call) => patiently(() => keeper.run(call)),
    },
    queue: {
      ...queue,
      get identity() {
        return queue.identity;
      },
      flush: (call) => patiently(() => queue.flush(call)),
    },
  };
}
