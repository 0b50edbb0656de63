import type { CancelSignal, CodedErrorFields } from '@pubky-paykit/primitives';
import type { VerifiedKeyRecord, VerifiedRevocation } from '../records/verified-key-record.ts';

/** A source that gave no answer: it could not be reached, took too long, or is broken. */
export interface FailedSource {
  readonly source: string;
  readonly error: CodedErrorFields;
}

/**
 * Why a record is not taken, though there is one:
 *
 * - `revoked`: the key must not be used any more;
 * - `rolled-back`: older than a record that was seen before;
 * - `downgraded`: time or revocation are not signed, though this device has signed before;
 * - `stale`, `future`: outside the time that is allowed;
 * - `unsigned`: its time is not signed, and the policy asks for that;
 * - `forged`: a signature is not that of the identity;
 * - `weak`: a key no honest device publishes;
 * - `malformed`: no record that can be verified at all.
 */
export type RefusalOutcome =
  | 'revoked'
  | 'rolled-back'
  | 'downgraded'
  | 'stale'
  | 'future'
  | 'unsigned'
  | 'forged'
  | 'weak'
  | 'malformed';

/** What one source said, where that is not what was decided. */
export interface Disagreement {
  readonly source: string;
  /** `outdone`: a key that counts less than what was decided for. `absent`: none, though another source has a record. */
  readonly says: 'absent' | 'outdone' | RefusalOutcome;
  /** Why, for a refusal. */
  readonly error?: CodedErrorFields | undefined;
}

/** What every result tells of those who were asked. */
export interface AskedSources {
  /** Those that gave no answer, in the stated order. */
  readonly failed: readonly FailedSource[];
  /** Answers other than the one that was decided for, in the stated order. */
  readonly disagreements: readonly Disagreement[];
  /**
   * Every signed revocation that was seen, of whatever key of the device, and whether or not it decided: whoever keeps keys
   * has to know them all.
   */
  readonly revocations: readonly VerifiedRevocation[];
}

/** A current, verified, fresh and unrevoked key. */
export interface FoundKey extends AskedSources {
  readonly outcome: 'found';
  readonly record: VerifiedKeyRecord;
  /** The first, in the stated order, that has this record. */
  readonly source: string;
}

/**
 * No source has a record. With the policy `trustAbsence` some may have been silent: it is certain only if `failed` is empty.
 */
export interface AbsentKey extends AskedSources {
  readonly outcome: 'absent';
}

/**
 * The key must not be used any more: by the identity's signed word, seen now or remembered (then DISCOVERY_KEY_REVOKED says
 * `proof: 'signed'`), or because somebody says so whom nobody knows (`proof: 'unsigned'`, and nothing is remembered).
 */
export interface RevokedKey extends AskedSources {
  readonly outcome: 'revoked';
  /** 32 bytes, the X25519 public key that is revoked; the caller's own. */
  readonly revokedKey: Uint8Array;
  /** The signed revocation, if one was seen now. */
  readonly revocation: VerifiedRevocation | undefined;
  readonly error: CodedErrorFields;
  readonly source: string;
}

/** There is a record, but none that may be used. */
export interface RefusedKey extends AskedSources {
  readonly outcome: Exclude<RefusalOutcome, 'revoked'>;
  readonly error: CodedErrorFields;
  readonly source: string;
}

/**
 * Nobody could be asked, or not all who would have to say that there is none: whoever can silence one of them could hide a key
 * otherwise. `failed` names them.
 */
export interface UnreachableKey extends AskedSources {
  readonly outcome: 'unreachable';
}

/** What a look-up comes to. */
export type DiscoveryResult = FoundKey | AbsentKey | RevokedKey | RefusedKey | UnreachableKey;

/** How one look-up is done. */
export interface DiscoverOptions {
  /** 1 to 63 of `a-z`, `0-9` and hyphen; `default` unless given. */
  readonly device?: string | undefined;
  /** A natural number, inclusive: how old the record may be, in seconds. That of the policy unless given. */
  readonly maximumAgeSeconds?: number | undefined;
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds for all sources together, `Infinity` for none but their own limits. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Finds the current Noise key of a device of an identity (32 bytes; copied). What the look-up comes to is a value; it throws
 * only for what has nothing to do with the sources: DISCOVERY_CANCELLED, DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE, and
 * what the store of the memory throws.
 */
export type DiscoverNoiseKey = (identity: Uint8Array, options?: DiscoverOptions) => Promise<DiscoveryResult>;
