import {
  connectPeerKeys,
  connectPubky,
  createIdentitySigner,
  createMemoryStore,
  deriveFromSeed,
  deriveNoiseKeyPair,
  keepOwnKeys,
  liveKeys,
  type OwnKeys,
  type PaymentIdentity,
  type PeerKeys,
  type PubkyNetwork,
  Secret,
  systemRandom,
} from 'pubky-paykit';
import type { DemoNetwork } from './scene.ts';

const SEED_BYTES = 32;

/** An identity and one of its Noise keys. */
export type Keys = Pick<PaymentIdentity, 'publicKey' | 'signer' | 'noiseKey'>;

/** The same for one who wipes the Noise key in the end; the signer stays. */
export type OpenKeys = Keys & Pick<PaymentIdentity, 'destroy'>;

/** Somebody with an identity of their own, and all that is needed to be found and to find others. */
export interface Person {
  /** What others call this one, in the story. */
  readonly name: string;
  /** 32 bytes, the Ed25519 public key. */
  readonly publicKey: Uint8Array;
  /** Where receipts are kept. */
  readonly folder: string;
  readonly network: PubkyNetwork;
  /** The Noise keys of others. */
  readonly peers: PeerKeys;
  /** The own Noise keys, once there is an account to publish them with. */
  readonly own: OwnKeys | undefined;
  /** Makes an account on the homeserver, and gets ready to publish. */
  signUp(homeserver: Uint8Array): Promise<OwnKeys>;
  /** The Noise key of the device, or the one before it; the first one as long as none is published. */
  openKeys(key: 'current' | 'former'): Promise<OpenKeys>;
  /** The one that a context gives, such as the name of a device that has published nothing. */
  openKeysOf(context: string): OpenKeys;
  /** Ends what runs, and wipes the secrets. */
  close(): Promise<void>;
}

/** The device that everybody looks up first. */
const DEVICE = 'default';

/** A new person. Nothing is sent before `signUp`. */
export function createPerson(name: string, { relay }: Pick<DemoNetwork, 'relay'>, folder: string): Person {
  const seed = Secret.take(systemRandom.bytes(SEED_BYTES));
  const signer = seed.use((bytes) => createIdentitySigner(bytes));
  const network = connectPubky({ relays: [relay], plainHttpHosts: ['localhost'] });
  const peers = connectPeerKeys({ network, store: createMemoryStore() });
  let own: OwnKeys | undefined;

  function openKeysOf(context: string): OpenKeys {
    const noiseKey = seed.use((bytes) => deriveNoiseKeyPair(bytes, context));
    return { publicKey: signer.publicKey, signer, noiseKey, destroy: () => noiseKey.destroy() };
  }

  async function contextOf(key: 'current' | 'former'): Promise<string> {
    const { ledger } = (await own?.keeper.status()) ?? {};
    if (ledger === undefined) return DEVICE;
    const found = liveKeys(ledger)[key === 'current' ? 0 : 1];
    // A device whose only key is revoked still holds it: that is what makes it worth stealing.
    return found?.context ?? DEVICE;
  }

  return {
    name,
    publicKey: signer.publicKey,
    folder,
    network,
    peers,
    get own() {
      return own;
    },
    async signUp(homeserver) {
      const session = await network.homeserver.signUp(signer, { homeserver });
      const store = createMemoryStore();
      own = keepOwnKeys({ network, store, signer, derive: deriveFromSeed(seed), session });
      return own;
    },
    openKeys: async (key) => openKeysOf(await contextOf(key)),
    openKeysOf,
    async close() {
      await own?.close();
      signer.destroy();
      seed.destroy();
    },
  };
}
