import {
  connectPeerKeys,
  type HomeserverSession,
  type KeeperEvent,
  type KeyPolicy,
  keepOwnKeys,
  type OwnKeys,
  type QueueEvent,
} from 'pubky-paykit';
import type { HomeFolder } from '../home/home-folder.ts';
import type { SessionWishes } from '../home/home-session.ts';
import { type Home, requireSecret } from '../home/open-home.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { patientKeys } from './patient-keys.ts';

type Writing = Pick<HomeserverSession, 'storage'>;

/**
 * A session that is opened when something is to be written: the queue must have the same targets at every run, also when
 * the homeserver cannot be reached.
 */
function lazySession({ network }: HomeFolder, open: () => Promise<Writing>): Writing {
  return {
    storage: {
      ...network.homeserver.storage,
      put: async (path, bytes, options) => (await open()).storage.put(path, bytes, options),
      delete: async (path, options) => (await open()).storage.delete(path, options),
    },
  };
}

/**
 * The keys of a device of this home, to be published, rotated and revoked. Other commands that are at them are waited for.
 *
 * @throws HomeFailed: `no secret`.
 */
export function openKeys(
  home: Home,
  device: string,
  surroundings: Surroundings,
  {
    wishes,
    onEvent,
    policy,
  }: {
    readonly wishes: SessionWishes;
    readonly onEvent: (event: KeeperEvent | QueueEvent) => void;
    readonly policy?: KeyPolicy;
  },
): OwnKeys {
  const { signer, derive } = requireSecret(home);
  const { network, store, dht } = home;
  const { clock } = surroundings;
  const sources = dht === undefined ? [] : [dht.source];
  const { discovery } = connectPeerKeys({ network, store, sources, clock });
  const keys = keepOwnKeys({
    network,
    store,
    signer,
    derive,
    device,
    session: lazySession(home, () => home.session(wishes)),
    targets: dht === undefined ? [] : [dht.target({ network, signer, clock })],
    discover: discovery.discoverNoiseKey,
    policy,
    onEvent,
    clock,
  });
  return patientKeys(keys, surroundings);
}

/** The same to look at, without the secret. */
export function viewKeys(
  home: HomeFolder,
  identity: Uint8Array,
  device: string,
  { clock }: Surroundings,
): OwnKeys {
  const refuse = (): Promise<never> => Promise.reject(new TypeError('there is nothing to be signed here'));
  const { network, store } = home;
  return keepOwnKeys({
    network,
    store,
    signer: { publicKey: identity, sign: refuse },
    derive: refuse,
    device,
    session: lazySession(home, refuse),
    clock,
  });
}
