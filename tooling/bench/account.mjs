import { randomFillSync } from 'node:crypto';
import { createFetchHomeserver } from '@pubky-paykit/homeserver/fetch';
import { createIdentitySigner } from '@pubky-paykit/patterns';
import { createHomeserverDirectory, createRelay } from '@pubky-paykit/pkarr-discovery';
import { zBase32 } from '@pubky-paykit/primitives';

/** @typedef {import('./network.mjs').Addresses} Addresses */
/** @typedef {import('@pubky-paykit/homeserver').SessionStorage} SessionStorage */

/**
 * Somebody with an account on a test network.
 *
 * @typedef {object} Account
 * @property {Uint8Array} seed of the identity, 32 bytes
 * @property {Uint8Array} publicKey
 * @property {SessionStorage} storage
 */

/** Node's own: whoever imports the bare SDK replaces the global one for the rest of the process. */
export const nodeFetch = globalThis.fetch;

/** How many files are on their way at a time when many are put. */
const PUTS_AT_ONCE = 8;

/**
 * Our adapter over `fetch`, in a network.
 *
 * @param {Pick<Addresses, 'relay'>} addresses
 */
export function fetchHomeserver({ relay }) {
  const store = createRelay({ url: relay, fetch: nodeFetch });
  const directory = createHomeserverDirectory({ store, plainHttpHosts: ['localhost'] });
  return createFetchHomeserver({ directory, fetch: nodeFetch });
}

/**
 * Signs somebody new up.
 *
 * @param {Addresses} addresses
 * @returns {Promise<Account>}
 */
export async function signUp(addresses) {
  const seed = randomFillSync(new Uint8Array(32));
  const signer = createIdentitySigner(seed);
  const homeserver = zBase32.decode(addresses.publicKey, 32);
  const { storage } = await fetchHomeserver(addresses).signUp(signer, { homeserver });
  return { seed, publicKey: signer.publicKey, storage };
}

/**
 * Puts files into a directory, named by number so that they are listed in the order in which they are returned.
 *
 * @param {Account} account
 * @param {string} directory with a slash at its end
 * @param {number} count
 * @returns {Promise<string[]>} their paths
 */
export async function putMany({ storage }, directory, count) {
  const digits = String(count).length;
  const paths = Array.from(
    { length: count },
    (_, index) => `${directory}${String(index).padStart(digits, '0')}`,
  );
  const left = paths.values();
  const putRest = async () => {
    for (const path of left) await storage.put(path, new Uint8Array(1));
  };
  await Promise.all(Array.from({ length: PUTS_AT_ONCE }, putRest));
  return paths;
}
