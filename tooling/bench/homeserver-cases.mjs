import { randomFillSync } from 'node:crypto';
import { putMany, signUp } from './account.mjs';
import { refuseFaults } from './candidates/candidate.mjs';
import { BARE, findStorageFaults, STORAGES } from './candidates/storage.mjs';
import { startNetwork } from './network.mjs';

/** @typedef {import('./case.mjs').Case} Case */
/** @typedef {import('./candidates/storage.mjs').Storage} Storage */

const FILE_BYTES = 1000;
const ENTRIES = 100;
const FILE = '/pub/bench.example/file';
const DIRECTORY = '/pub/bench.example/entries/';

/** @type {Readonly<Record<string, (storage: Storage, content: Uint8Array) => () => Promise<unknown>>>} */
const OPERATIONS = {
  'get 1 kB': (storage) => () => storage.get(FILE),
  'put 1 kB': (storage, content) => () => storage.put(FILE, content),
  [`list ${ENTRIES}`]: (storage) => () => storage.list(DIRECTORY, ENTRIES),
  stat: (storage) => () => storage.stat(FILE),
};

/** One request each, on loopback: the time of the server is the same for all, and part of it. */
export const HOMESERVER_CASES = Object.entries(OPERATIONS).map(
  /** @returns {Case} */
  ([name, operation]) => ({
    name: `homeserver ${name}`,
    ratio: 'time',
    sliceMs: 150,
    baseline: BARE.name,
    clock: 'wall',
    async prepare(after) {
      const network = await startNetwork();
      after(() => network.close());
      const account = await signUp(network.addresses);
      const paths = await putMany(account, DIRECTORY, ENTRIES);
      const sample = { owner: account.publicKey, file: FILE, directory: DIRECTORY, paths };
      const candidates = [];
      for (const { name: who, signIn } of STORAGES) {
        const storage = await signIn(network.addresses, account.seed);
        const content = randomFillSync(new Uint8Array(FILE_BYTES));
        refuseFaults(who, await findStorageFaults(storage, network.addresses, sample, content));
        candidates.push({ name: who, run: operation(storage, content) });
      }
      return candidates;
    },
  }),
);
