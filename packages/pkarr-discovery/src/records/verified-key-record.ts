import { hex } from '@pubky-paykit/primitives';
import { SHOWN_KEY_BYTES } from '../constants.ts';
import type { DiscoveryError } from '../errors.ts';
import type { BoundKey } from './binding-signature.ts';

declare const verified: unique symbol;

/**
 * Who says when a key was published: its identity, or whoever stored or carried the record. Records of 0.8 are
 * `unsigned`.
 */
export type FreshnessProof = 'signed' | 'unsigned';

interface VerifiedRecord {
  /** 32 bytes, the Ed25519 public key; a fresh copy at every access. */
  readonly identity: Uint8Array;
  readonly device: string;
  /**
   * The record in its canonical form, at most 261 characters: what to keep, and to verify again when it is loaded. That of a
   * revocation has no `sig`, which nobody has verified. Nor has anybody that of a key with signed freshness: two texts may be
   * one statement.
   */
  readonly text: string;
  readonly [verified]: true;
}

/** A Noise key that its identity has bound to a device, and its record fresh. Only `verifyKeyRecord` can make one. */
export interface VerifiedKeyRecord extends VerifiedRecord {
  readonly kind: 'key';
  /** 32 bytes, the X25519 public key; a fresh copy at every access. */
  readonly noiseKey: Uint8Array;
  /** Seconds since 1970. It was fresh when it was verified: see `requireFresh`. */
  readonly timestampSeconds: bigint;
  readonly freshness: FreshnessProof;
}

/** The signed statement of an identity that a key must not be used any more. Only `verifyKeyRecord` can make one. */
export interface VerifiedRevocation extends VerifiedRecord {
  readonly kind: 'revocation';
  /** 32 bytes, the X25519 public key; a fresh copy at every access. */
  readonly revokedKey: Uint8Array;
  /**
   * Seconds since 1970. Undefined if that was further in the future than clocks may differ: such a date is not believed,
   * but the revocation is.
   */
  readonly timestampSeconds: bigint | undefined;
}

/**
 * A record that its identity has signed with its time, which is not one that is allowed now. Its key must not be used; but the
 * memory against roll-back has to know it: see `rememberUntimely`. Only `checkKeyRecord` can make one.
 */
export interface UntimelyKeyRecord extends VerifiedRecord {
  readonly kind: 'untimely';
  /** 32 bytes, the X25519 public key, **not to be used**; a fresh copy at every access. */
  readonly refusedKey: Uint8Array;
  /**
   * Seconds since 1970. Undefined if that was further in the future than clocks may differ: such a date is not believed, but
   * that the device signs its times is.
   */
  readonly timestampSeconds: bigint | undefined;
  /** DISCOVERY_KEY_STALE or DISCOVERY_KEY_FROM_FUTURE. */
  readonly error: DiscoveryError;
}

/** Node's hook for `util.inspect` and `console.log`; a registered symbol, so no import is needed. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');
const MADE_HERE = new WeakSet<object>();

/** What may be shown of a public key: its first 8 bytes in hex. */
export function keyPrefix(publicKey: Uint8Array): string {
  return hex.encode(publicKey.subarray(0, SHOWN_KEY_BYTES));
}

/** @throws TypeError unless `verifyKeyRecord` or `checkKeyRecord` made the value: look-alikes, copies and JSON are refused. */
export function requireVerified(record: VerifiedKeyRecord | VerifiedRevocation | UntimelyKeyRecord): void {
  if (MADE_HERE.has(record)) return;
  throw new TypeError('the record was not made by verifyKeyRecord');
}

function seal<Value extends object>(name: string, bound: BoundKey, value: Value): Value {
  const shown = `${name}(${keyPrefix(bound.identity)}, ${bound.device})`;
  const hidden = { toJSON: { value: () => shown }, [INSPECT]: { value: () => shown } };
  Object.freeze(Object.defineProperties(value, hidden));
  MADE_HERE.add(value);
  return value;
}

/** Not `slice`: that of a Node `Buffer` shares the memory. */
function copyOf({ identity, noiseKey, device }: BoundKey): BoundKey {
  return { identity: Uint8Array.from(identity), noiseKey: Uint8Array.from(noiseKey), device };
}

/**
 * The mark of a check that has passed: for `verifyKeyRecord` alone, and not exported from the package.
 *
 * @param given Copied.
 */
export function markKey(
  given: BoundKey,
  facts: Pick<VerifiedKeyRecord, 'text' | 'timestampSeconds' | 'freshness'>,
): VerifiedKeyRecord {
  const bound = copyOf(given);
  const value = {
    kind: 'key',
    device: bound.device,
    ...facts,
    get identity() {
      return bound.identity.slice();
    },
    get noiseKey() {
      return bound.noiseKey.slice();
    },
  };
  return seal('VerifiedKeyRecord', bound, value) as unknown as VerifiedKeyRecord;
}

/**
 * The mark of a revocation that has been proven: for `verifyKeyRecord` alone, and not exported from the package.
 *
 * @param given Copied.
 */
export function markRevocation(
  given: BoundKey,
  facts: Pick<VerifiedRevocation, 'text' | 'timestampSeconds'>,
): VerifiedRevocation {
  const bound = copyOf(given);
  const value = {
    kind: 'revocation',
    device: bound.device,
    ...facts,
    get identity() {
      return bound.identity.slice();
    },
    get revokedKey() {
      return bound.noiseKey.slice();
    },
  };
  return seal('VerifiedRevocation', bound, value) as unknown as VerifiedRevocation;
}

/**
 * The mark of a signed record that was refused for its time: for `checkKeyRecord` alone, and not exported from the package.
 *
 * @param given Copied.
 */
export function markUntimely(
  given: BoundKey,
  facts: Pick<UntimelyKeyRecord, 'text' | 'timestampSeconds' | 'error'>,
): UntimelyKeyRecord {
  const bound = copyOf(given);
  const value = {
    kind: 'untimely',
    device: bound.device,
    ...facts,
    get identity() {
      return bound.identity.slice();
    },
    get refusedKey() {
      return bound.noiseKey.slice();
    },
  };
  return seal('UntimelyKeyRecord', bound, value) as unknown as UntimelyKeyRecord;
}
