import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Testnet } from '../../src/index.ts';

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly failure?: string;
}

/** The SDK in a worker, pointed at a network. */
export interface Sdk {
  /** Runs one of the scenarios of the worker. */
  run(name: string, input?: Readonly<Record<string, unknown>>): Promise<unknown>;
  close(): Promise<void>;
}

export async function startSdk({ relay, authRelay, homeserver }: Testnet): Promise<Sdk> {
  const worker = new Worker(new URL('./sdk-worker.mjs', import.meta.url), {
    workerData: { relay: relay.url, authRelay: authRelay.url, homeserver: homeserver.publicKey },
    // None of ours: it must find what a user of the SDK would.
    execArgv: [],
  });
  await once(worker, 'online');
  let next = 0;
  return {
    run(name, input = {}) {
      const id = next++;
      return new Promise((resolve, reject) => {
        const hear = (answer: Answer): void => {
          if (answer.id !== id) return;
          worker.off('message', hear);
          worker.off('error', reject);
          if (answer.failure === undefined) resolve(answer.value);
          else reject(new Error(answer.failure));
        };
        worker.on('message', hear);
        worker.on('error', reject);
        worker.postMessage({ id, name, input });
      });
    },
    async close() {
      await worker.terminate();
    },
  };
}
