import {
  connectPubky,
  createIdentitySigner,
  type DeriveNoiseKey,
  type DurableStore,
  deriveFromSeed,
  deriveNoiseKeyPair,
  type HomeserverSession,
  type IdentitySigner,
  isCodedError,
  type KeyPair,
  type PubkyNetwork,
  type Secret,
} from 'pubky-paykit';
import { openLevelStore } from 'pubky-paykit/node';
import { HomeFailed } from './home-errors.ts';
import { homeFiles, readKeyFile } from './home-files.ts';
import { openHomeSession, type SessionWishes } from './home-session.ts';
import type { HomeSettings } from './home-settings.ts';
import { type KeyOrigin, openKeyFile } from './key-file.ts';
import { findPassphrase } from './passphrase.ts';
import { createSeal, type Seal } from './seal.ts';
import { createSessionFile } from './session-file.ts';
import type { Surroundings } from './surroundings.ts';

/** What only a home with a seed can do. All of it ends when the home is closed. */
export interface HomeSecret {
  /** 32 bytes; borrowed. */
  readonly seed: Secret;
  readonly signer: IdentitySigner;
  /** The public Noise keys of contexts, for `keepOwnKeys`. */
  readonly derive: DeriveNoiseKey;
  /** The Noise key of a context of the ledger, such as `activeKey(ledger).context`; the caller destroys it. */
  noiseKey(context: string): KeyPair;
}

/** An identity with its folder and its network. */
export interface Home {
  /** Absolute. */
  readonly folder: string;
  /** 32 bytes; a fresh copy at every access. */
  readonly identity: Uint8Array;
  /** The device this home is, unless a command says otherwise. */
  readonly device: string;
  readonly origin: KeyOrigin;
  /** Nothing if the seed is elsewhere; {@link requireSecret} says what to do then. */
  readonly secret: HomeSecret | undefined;
  readonly network: PubkyNetwork;
  /** Ledger, queue, what was seen of peers, pins, receipts. */
  readonly store: DurableStore;
  /**
   * The session with the homeserver: that of the last run, else a new one, which is kept. One for the life of the home: a
   * second call gives the same unless the first has failed.
   *
   * @throws CommandFailed, HomeserverError, DiscoveryError
   */
  session(wishes?: SessionWishes): Promise<HomeserverSession>;
  /** Wipes the secrets and closes the store. Never rejects; again waits for the same end. */
  close(): Promise<void>;
}

/** @throws HomeFailed: `no secret`. */
export function requireSecret({ secret, folder }: Pick<Home, 'secret' | 'folder'>): HomeSecret {
  if (secret === undefined) throw new HomeFailed('no secret', folder);
  return secret;
}

async function openStore(folder: string, { clock, signal }: Surroundings): Promise<DurableStore> {
  try {
    return await openLevelStore({ location: homeFiles(folder).store, clock, signal });
  } catch (error) {
    if (isCodedError(error) && error.code === 'STORE_LOCKED') throw new HomeFailed('locked', folder);
    throw error;
  }
}

function secretOf(seed: Secret): HomeSecret & { destroy(): void } {
  const signer = seed.use(createIdentitySigner);
  return {
    seed,
    signer,
    derive: deriveFromSeed(seed),
    noiseKey: (context) => seed.use((bytes) => deriveNoiseKeyPair(bytes, context)),
    destroy() {
      signer.destroy();
      seed.destroy();
    },
  };
}

interface Unlocked {
  readonly seal: Seal;
  readonly file: Awaited<ReturnType<typeof readKeyFile>>;
  readonly secret: ReturnType<typeof secretOf> | undefined;
}

/** Reads the identity file and opens it. @throws HomeFailed, CommandFailed */
async function unlock({ folder, passphrase }: HomeSettings, surroundings: Surroundings): Promise<Unlocked> {
  const file = await readKeyFile(folder);
  const isProtected = file.protection.kind === 'passphrase';
  const given = isProtected ? await findPassphrase(passphrase, surroundings) : undefined;
  if (isProtected && given === undefined) throw new HomeFailed('passphrase missing', folder);
  let seal: Seal | undefined;
  try {
    seal = await createSeal(file.protection, given, surroundings.random);
    if (file.origin === 'public') return { seal, file, secret: undefined };
    return { seal, file, secret: secretOf(openKeyFile(file, seal, homeFiles(folder).identity)) };
  } catch (error) {
    seal?.destroy();
    throw error;
  } finally {
    given?.destroy();
  }
}

/**
 * Opens a home: unlocks its identity, opens its store, and prepares its network. Nothing is sent before the first call.
 *
 * @throws HomeFailed: `no identity`, `damaged`, `newer version`, `wrong passphrase`, `passphrase missing`, `too costly`,
 *   `locked`. @throws SessionStoreError, DiscoveryError for a relay that is none.
 */
export async function openHome(settings: HomeSettings, surroundings: Surroundings): Promise<Home> {
  const { folder } = settings;
  const { clock, fetch } = surroundings;
  const { seal, file, secret } = await unlock(settings, surroundings);
  const wipeAll = (): void => {
    secret?.destroy();
    seal.destroy();
  };
  try {
    const vault = createSessionFile(homeFiles(folder).session, seal);
    const network = connectPubky({ ...settings.network, vault, fetch, clock });
    const store = await openStore(folder, surroundings);
    let session: Promise<HomeserverSession> | undefined;
    let closing: Promise<void> | undefined;
    const { identity } = file;
    return {
      folder,
      get identity() {
        return identity.slice();
      },
      device: file.device,
      origin: file.origin,
      secret,
      network,
      store,
      session(wishes = {}) {
        const { homeserver } = network;
        const opened = { homeserver: settings.homeserver, signal: surroundings.signal, ...wishes };
        session ??= openHomeSession({ homeserver, identity, signer: secret?.signer }, opened).catch(
          (error) => {
            session = undefined;
            throw error;
          },
        );
        return session;
      },
      close() {
        closing ??= (async () => {
          (await session?.catch(() => undefined))?.close();
          await store.close().catch(() => {});
          wipeAll();
        })();
        return closing;
      },
    };
  } catch (error) {
    wipeAll();
    throw error;
  }
}
