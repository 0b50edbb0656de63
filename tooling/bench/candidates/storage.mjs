import { createSdkHomeserver } from '@pubky-paykit/homeserver/sdk';
import { createIdentitySigner } from '@pubky-paykit/patterns';
import { Secret, zBase32 } from '@pubky-paykit/primitives';
import { fetchHomeserver, nodeFetch } from '../account.mjs';
import { sameBytes } from './candidate.mjs';

/** @typedef {import('../network.mjs').Addresses} Addresses */

/**
 * What a candidate is measured at; everything below the one owner who is signed in.
 *
 * @typedef {object} Storage
 * @property {(path: string) => Promise<Uint8Array | undefined>} get as everybody may
 * @property {(path: string, bytes: Uint8Array) => Promise<void>} put
 * @property {(directory: string, limit: number) => Promise<readonly string[]>} list one page of paths, or of URLs that
 *   end with them
 * @property {(path: string) => Promise<number | undefined>} stat the length of a file
 */

/**
 * A way to the files of a homeserver.
 *
 * @typedef {object} StorageCandidate
 * @property {string} name unique
 * @property {readonly string[]} packages whose versions belong in the report
 * @property {(addresses: Addresses, seed: Uint8Array) => Promise<Storage>} signIn signs the owner of the seed in, who
 *   has an account
 */

const RELAY_TIMEOUT_MS = 5000;

/*
 * All three share a process, its connections (the agent behind Node's `fetch`), the server, the account and its files. On
 * import the SDK replaces the global `fetch` by one with a cookie jar, and sends whatever goes through its copy by the
 * global one of that moment. So its copy gets that for the rest of the process, as it does with everybody who uses it bare,
 * and its jar is part of its time. Our adapters are handed Node's own `fetch` from before; the one over the SDK runs a
 * second copy of it in a scope of its own, with no jar. Neither sees the other's.
 */

/** @type {StorageCandidate} */
export const BARE = {
  name: 'SDK bare',
  packages: ['@synonymdev/pubky'],
  async signIn({ relay }, seed) {
    const { Client, Keypair, Pubky } = await import('@synonymdev/pubky');
    const client = new Client({ pkarr: { relays: [relay], requestTimeout: RELAY_TIMEOUT_MS } });
    const pubky = Pubky.withClient(client);
    const keypair = Keypair.fromSecret(seed);
    const session = await pubky.signer(keypair).signin();
    const { publicStorage } = pubky;
    const owner = /** @type {const} */ (`pubky${keypair.publicKey.z32()}`);
    /** @param {string} path @returns {`${typeof owner}/pub/${string}`} */
    const addressOf = (path) => `${owner}${/** @type {`/pub/${string}`} */ (path)}`;
    return {
      get: (path) => publicStorage.getBytes(addressOf(path)),
      put: (path, bytes) => session.storage.putBytes(/** @type {`/pub/${string}`} */ (path), bytes),
      list: (directory, limit) => publicStorage.list(addressOf(directory), undefined, false, limit, false),
      stat: async (path) => (await publicStorage.stats(addressOf(path)))?.contentLength,
    };
  },
};

/** @type {StorageCandidate} */
export const OVER_SDK = {
  name: 'ours over SDK',
  packages: ['@pubky-paykit/homeserver'],
  async signIn({ relay }, seed) {
    const homeserver = createSdkHomeserver({ relays: [relay], fetch: nodeFetch });
    const secret = Secret.take(Uint8Array.from(seed));
    return storageOf(await homeserver.signIn(secret));
  },
};

/** @type {StorageCandidate} */
const OVER_FETCH = {
  name: 'ours over fetch',
  packages: ['@pubky-paykit/homeserver', '@pubky-paykit/pkarr-discovery'],
  signIn: async (addresses, seed) =>
    storageOf(await fetchHomeserver(addresses).signIn(createIdentitySigner(seed))),
};

/** Everyone, the baseline first. */
export const STORAGES = [BARE, OVER_SDK, OVER_FETCH];

/**
 * @param {import('@pubky-paykit/homeserver').HomeserverSession} session
 * @returns {Storage}
 */
function storageOf({ publicKey: owner, storage }) {
  return {
    get: async (path) => (await storage.get(owner, path))?.bytes,
    put: (path, bytes) => storage.put(path, bytes),
    list: async (directory, limit) => (await storage.listPage(owner, directory, { limit })).paths,
    stat: async (path) => (await storage.stat(owner, path))?.bytes,
  };
}

/**
 * The file and the directory that are measured.
 *
 * @typedef {object} Sample
 * @property {Uint8Array} owner
 * @property {string} file does not exist yet
 * @property {string} directory
 * @property {readonly string[]} paths of the files in it
 */

/**
 * The reasons why a storage must not be measured: it does something else than plain HTTP, or says something else.
 *
 * @param {Storage} storage
 * @param {Addresses} addresses
 * @param {Sample} sample
 * @param {Uint8Array} content what is put, and no candidate before has put
 */
export async function findStorageFaults(storage, addresses, { owner, file, directory, paths }, content) {
  await storage.put(file, content);
  const headers = { 'pubky-host': zBase32.encode(owner) };
  const kept = await nodeFetch(`${addresses.homeserver}${file}`, { headers });
  const listed = (await storage.list(directory, paths.length)).map((name) =>
    name.slice(name.indexOf(directory)),
  );
  const held = {
    'what was put is not what the server has': sameBytes(new Uint8Array(await kept.arrayBuffer()), content),
    'get gives something else': sameBytes(await storage.get(file), content),
    'list gives something else': listed.join() === paths.join(),
    'stat gives another length': (await storage.stat(file)) === content.length,
  };
  return Object.entries(held).flatMap(([fault, holds]) => (holds ? [] : [fault]));
}
