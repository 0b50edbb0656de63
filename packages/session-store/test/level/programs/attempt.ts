import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { openLevelStore } from '../../../src/level/index.ts';

/** Tries to open the store, in a thread or a process of its own, and says what came of it. */
const outcome = await openLevelStore({ location: process.argv[2] as string }).then(
  async (store) => {
    await store.close();
    return 'open';
  },
  ({ code }) => code,
);
if (parentPort === null) writeSync(1, `${outcome}\n`);
else parentPort.postMessage(outcome);
