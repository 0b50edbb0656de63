import type { HomeserverSession } from 'pubky-paykit';
import { HomeFailed } from './home-errors.ts';
import { homeFiles } from './home-files.ts';
import { type HomeFolder, openHomeFolder } from './home-folder.ts';
import { openHomeSession, type SessionWishes } from './home-session.ts';
import type { HomeSettings } from './home-settings.ts';
import type { KeyOrigin } from './key-file.ts';
import { createSessionFile } from './session-file.ts';
import type { Surroundings } from './surroundings.ts';
import { type HomeSecret, type Unlocked, unlockHome } from './unlock.ts';

export type { HomeSecret };

/** An identity with its folder and its network. */
export interface Home extends HomeFolder {
  /** 32 bytes; a fresh copy at every access. */
  readonly identity: Uint8Array;
  /** The device this home is, unless a command says otherwise. */
  readonly device: string;
  readonly origin: KeyOrigin;
  /** Nothing if the seed is elsewhere; {@link requireSecret} says what to do then. */
  readonly secret: HomeSecret | undefined;
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

/**
 * The secret of a home that has one.
 *
 * @param problem `no seed` for what no file of `paykit keys prepare` can stand in for.
 * @throws HomeFailed: `no secret`, or `no seed`.
 */
export function requireSecret(
  { secret, folder }: Pick<Home, 'secret' | 'folder'>,
  problem: 'no secret' | 'no seed' = 'no secret',
): HomeSecret {
  if (secret === undefined) throw new HomeFailed(problem, folder);
  return secret;
}

/**
 * Opens a home: unlocks its identity, opens its store, and prepares its network. Nothing is sent before the first call.
 *
 * @param unlocked One that was just made; taken.
 * @throws HomeFailed: `no identity`, `damaged`, `newer version`, `wrong passphrase`, `passphrase missing`, `too costly`,
 *   `locked`, `store unusable`. @throws SessionStoreError, DiscoveryError for a relay that is none.
 */
export async function openHome(
  settings: HomeSettings,
  surroundings: Surroundings,
  unlocked?: Unlocked,
): Promise<Home> {
  const { folder } = settings;
  const { header, seal, secret, destroy } = unlocked ?? (await unlockHome(settings, surroundings));
  try {
    const vault = createSessionFile(homeFiles(folder).session, seal);
    const open = await openHomeFolder(settings, surroundings, vault);
    const { identity, device, origin } = header;
    let session: Promise<HomeserverSession> | undefined;
    let closing: Promise<void> | undefined;
    return {
      ...open,
      get identity() {
        return identity.slice();
      },
      device,
      origin,
      secret,
      session(wishes = {}) {
        const { homeserver } = open.network;
        const all = { homeserver: settings.homeserver, signal: surroundings.signal, ...wishes };
        session ??= openHomeSession({ homeserver, identity, signer: secret?.signer }, all).catch((error) => {
          session = undefined;
          throw error;
        });
        return session;
      },
      close() {
        closing ??= (async () => {
          (await session?.catch(() => undefined))?.close();
          await open.close();
          destroy();
        })();
        return closing;
      },
    };
  } catch (error) {
    destroy();
    throw error;
  }
}
