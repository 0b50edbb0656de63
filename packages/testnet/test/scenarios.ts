import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly failure?: string;
}

/** Somebody else's program in a worker of its own, where it may change globals as it likes. */
export interface Scenarios {
  /** Runs one of the scenarios of the worker, on plain values. */
  run(name: string, input?: Readonly<Record<string, unknown>>): Promise<unknown>;
  close(): Promise<void>;
}

/** @param file answers `{ id, name, input }` with `{ id, value }` or `{ id, failure }`. */
export async function startScenarios(file: URL, data: Readonly<Record<string, unknown>>): Promise<Scenarios> {
  // No conditions of ours: it must find what a user of the other program would.
  const worker = new Worker(file, { workerData: data, execArgv: [] });
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
