import {
  type FetchHomeserver,
  type HomeserverError,
  type HomeserverSession,
  type IdentitySigner,
  isCodedError,
} from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';

/** How somebody gets a session. */
export interface SessionWishes {
  /** 32 bytes: where to sign up, or in if nobody knows where the account is. */
  readonly homeserver?: Uint8Array | undefined;
  readonly invite?: string | undefined;
  /** Whether an account is made where there is none; it is unless told otherwise. */
  readonly signUp?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What has a session open. */
export interface SessionParts {
  readonly homeserver: FetchHomeserver;
  readonly identity: Uint8Array;
  /** Nothing where the seed is elsewhere. */
  readonly signer: IdentitySigner | undefined;
}

/** There is no account here, or nobody knows where it is. */
const WITHOUT_ACCOUNT: readonly string[] = ['HOMESERVER_NOT_SIGNED_UP', 'HOMESERVER_NO_HOMESERVER'];

const codeOf = (error: unknown): string => (isCodedError(error) ? error.code : '');

async function signUp(
  { homeserver }: SessionParts,
  signer: IdentitySigner,
  wishes: SessionWishes & { readonly homeserver: Uint8Array },
): Promise<HomeserverSession> {
  const { homeserver: where, invite, signal } = wishes;
  try {
    return await homeserver.signUp(signer, { homeserver: where, invite, signal });
  } catch (error) {
    if (codeOf(error) !== 'HOMESERVER_ALREADY_SIGNED_UP') throw error;
    // The account was made, and announcing it was not reached: signing in does that.
    return homeserver.signIn(signer, { homeserver: where, signal });
  }
}

/** The session that is kept; nothing, too, where the packet that leads to its homeserver has been forgotten by all relays. */
async function resumed(
  { homeserver, identity }: SessionParts,
  signal: AbortSignal | undefined,
): Promise<HomeserverSession | undefined> {
  try {
    return await homeserver.resume(identity, { signal });
  } catch (error) {
    if (codeOf(error) === 'HOMESERVER_NO_HOMESERVER') return undefined;
    throw error;
  }
}

/**
 * The session that is kept, else a new one: signed in, or signed up where there is no account.
 *
 * @throws CommandFailed where there is no secret to sign in with, or no account and nobody says where to make one.
 * @throws HomeserverError, DiscoveryError
 */
export async function openHomeSession(
  parts: SessionParts,
  wishes: SessionWishes = {},
): Promise<HomeserverSession> {
  const { homeserver, signer } = parts;
  const { homeserver: where, signal } = wishes;
  const kept = await resumed(parts, signal);
  if (kept !== undefined) return kept;
  if (signer === undefined) {
    throw new CommandFailed(
      'This home has no session with the homeserver, and no seed to sign in with. Make one where the seed is (`paykit identity export --session`), and bring it here (`paykit identity import --session`).',
    );
  }
  try {
    return await homeserver.signIn(signer, { signal });
  } catch (error) {
    if (!WITHOUT_ACCOUNT.includes(codeOf(error)) || wishes.signUp === false) throw error;
    if (where === undefined) {
      throw new CommandFailed(
        'This identity has no homeserver yet. Name one with --homeserver or PAYKIT_HOMESERVER.',
      );
    }
    return signUp(parts, signer, { ...wishes, homeserver: where });
  }
}

/** Whether the homeserver, or what leads to it, cannot be reached now, so that it is worth trying again later. */
export function isOutage(error: unknown): error is HomeserverError {
  return isCodedError(error) && error.retryable;
}
