import type { CodedErrorFields } from '@pubky-paykit/primitives';
import type { CachedKey } from '../cache/cached-key.ts';
import type { KeyState } from '../cache/key-state.ts';
import type { VerifiedKeyRecord } from '../records/verified-key-record.ts';

/**
 * Why this is the key:
 *
 * | reason | |
 * | ------ | - |
 * | `cached` | its last validation holds for this class of contacts: nobody was asked |
 * | `discovered` | a verified record names it, and no key was known before |
 * | `confirmed` | a verified record names the key that was known |
 * | `rotated` | a newer verified record names it in the place of the one that was known |
 * | `unreachable` | nobody could be asked whether it is still current: `degraded` |
 * | `unconfirmed` | those who were asked have nothing that may be used: see `problem` |
 * | `first-contact` | a handshake has proved it, and no record that may be used names any |
 */
export type PeerKeyReason =
  | 'cached'
  | 'discovered'
  | 'confirmed'
  | 'rotated'
  | 'unreachable'
  | 'unconfirmed'
  | 'first-contact';

/** The key to connect with. All bytes are the caller's own. */
export interface PeerKey {
  /** 32 bytes, X25519. */
  readonly noiseKey: Uint8Array;
  /**
   * 32 bytes: after a rotation, the key that the peer may still show until the overlap is over. Undefined also as long as
   * nobody can say whether it was revoked meanwhile. Never connect to it.
   */
  readonly formerKey: Uint8Array | undefined;
  readonly state: Extract<KeyState, 'tofu' | 'verified' | 'due' | 'rotated'>;
  readonly from: 'cache' | 'discovery' | 'handshake';
  /** The source that gave the record, if it was looked up now. */
  readonly source: string | undefined;
  readonly reason: PeerKeyReason;
  /** Whether it should have been looked up, and nobody could be asked. The user ought to know. */
  readonly degraded: boolean;
  /** Why it could not be confirmed. */
  readonly problem: CodedErrorFields | undefined;
  /** The record that names the key; none after a first contact alone. */
  readonly record: VerifiedKeyRecord | undefined;
  /** When a look-up last confirmed it, in Unix milliseconds; undefined if none has, or a handshake with it failed since. */
  readonly lastValidatedMs: number | undefined;
}

/** What is to be said of a key beside the key. */
export type KeyOrigin = Pick<PeerKey, 'from' | 'source' | 'reason' | 'degraded' | 'problem'>;

/** From the cache, as it is. */
export const CACHED: KeyOrigin = {
  from: 'cache',
  source: undefined,
  reason: 'cached',
  degraded: false,
  problem: undefined,
};

const USABLE: readonly KeyState[] = [
  'tofu',
  'verified',
  'due',
  'rotated',
] satisfies readonly PeerKey['state'][];

/** The former key of an entry if it may be taken: not while something is in doubt. The entry's own. */
export function takenFormerKey(entry: CachedKey): Uint8Array | undefined {
  if (entry.state !== 'rotated' || entry.lastValidatedMs === undefined) return undefined;
  return entry.previous?.noiseKey;
}

/**
 * The key of an entry, with copies of its bytes.
 *
 * @param entry As time has left it.
 * @returns Undefined for an entry that gives no key.
 */
export function peerKey(entry: CachedKey, origin: KeyOrigin): PeerKey | undefined {
  if (entry.state === 'unknown' || !USABLE.includes(entry.state)) return undefined;
  const { noiseKey, record, lastValidatedMs } = entry;
  const state = entry.state as PeerKey['state'];
  const formerKey = takenFormerKey(entry)?.slice();
  const { from, source, reason, degraded, problem } = origin;
  const asked = { from, source, reason, degraded, problem };
  return { noiseKey: noiseKey.slice(), formerKey, state, ...asked, record, lastValidatedMs };
}
