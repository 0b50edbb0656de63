import { zBase32 } from '@pubky-paykit/primitives';
import { fetchHomeserver, putMany, signUp } from './account.mjs';
import { answerAlone, runAlone, settledMemory } from './alone.mjs';
import { median } from './measure.mjs';
import { startNetwork } from './network.mjs';

/** The median of several, as that moves the heap all the same. */
const PASSES = 5;
/** Long, so that entries weigh more than what the engine makes and lets go of meanwhile. */
const DIRECTORY = `/pub/bench.example/${'entries-'.repeat(20)}/`;

/**
 * What a client had alive while it went through a listing, above what it had before, in bytes.
 *
 * @typedef {object} Growth
 * @property {number} entries
 * @property {boolean} inOrder
 * @property {number} heapBytes the most of the JavaScript heap, seen at the first entry of each page and at the end
 * @property {number} externalBytes the most outside of it
 */

/**
 * How far a client goes, and whether it keeps every entry, which shows what cannot be missed.
 *
 * @typedef {object} Reader
 * @property {number} entries
 * @property {boolean} keeps
 */

/**
 * Puts files and has readers list them through our adapter over `fetch`, each in a process of its own.
 *
 * @param {number} files
 * @param {number} pageEntries
 * @param {readonly Reader[]} readers
 * @returns {Promise<Growth[]>}
 */
export async function measureListing(files, pageEntries, readers) {
  const network = await startNetwork();
  try {
    const account = await signUp(network.addresses);
    await putMany(account, DIRECTORY, files);
    const owner = zBase32.encode(account.publicKey);
    return readers.map(({ entries, keeps }) =>
      runAlone(import.meta.url, [network.addresses.relay, owner, pageEntries, entries, Number(keeps)]),
    );
  } finally {
    await network.close();
  }
}

/**
 * @param {string} relay
 * @param {string} owner
 * @param {number} pageEntries
 * @param {Reader} reader
 * @returns {Promise<Growth>}
 */
async function listHere(relay, owner, pageEntries, reader) {
  const { storage } = fetchHomeserver({ relay });
  const list = () => storage.list(zBase32.decode(owner, 32), DIRECTORY, { limit: pageEntries });
  const growths = [];
  for (let pass = 0; pass < PASSES; pass++) growths.push(await growthOf(list(), pageEntries, reader));
  const [first] = growths;
  return {
    entries: first?.entries ?? 0,
    inOrder: growths.every(({ inOrder }) => inOrder),
    heapBytes: median(growths.map(({ heapBytes }) => heapBytes)),
    externalBytes: median(growths.map(({ externalBytes }) => externalBytes)),
  };
}

/**
 * @param {AsyncIterator<string>} listing
 * @param {number} pageEntries
 * @param {Reader} reader
 * @returns {Promise<Growth>}
 */
async function growthOf(listing, pageEntries, { entries, keeps }) {
  /** @type {string[]} */
  const kept = [];
  const growth = { entries: 0, inOrder: true, heapBytes: 0, externalBytes: 0 };
  // In a frame of its own: what a register still has of an entry keeps the whole text of its page.
  const take = async () => {
    const { value, done } = await listing.next();
    if (done) return false;
    growth.inOrder &&=
      value.startsWith(DIRECTORY) && Number(value.slice(DIRECTORY.length)) === growth.entries;
    growth.entries += 1;
    if (keeps) kept.push(value);
    return true;
  };
  const before = await settledMemory();
  const sample = async () => {
    const now = await settledMemory();
    growth.heapBytes = Math.max(growth.heapBytes, now.heapUsed - before.heapUsed);
    growth.externalBytes = Math.max(growth.externalBytes, now.external - before.external);
  };
  while (growth.entries < entries && (await take())) {
    if (growth.entries % pageEntries === 1) await sample();
  }
  await listing.return?.();
  await sample();
  return growth;
}

await answerAlone(import.meta.url, (relay = '', owner = '', pageEntries = '', entries = '', keeps = '') =>
  listHere(relay, owner, Number(pageEntries), { entries: Number(entries), keeps: keeps === '1' }),
);
