import { INSPECT, keyPrefix } from '../redaction.ts';

declare const verified: unique symbol;

/** An identity that proved itself. Only the verifying functions of this package can make one. */
export interface VerifiedIdentity {
  /** 32 bytes, the Ed25519 public key; a fresh copy at every access. */
  readonly publicKey: Uint8Array;
  /** 32 bytes, the X25519 static key it is bound to; a fresh copy at every access. `undefined` where it attested without one. */
  readonly noiseKey: Uint8Array | undefined;
  readonly [verified]: true;
}

const MADE_HERE = new WeakSet<object>();

/** True for values this package made; look-alikes, copies and JSON are refused. */
export function isVerifiedIdentity(value: unknown): value is VerifiedIdentity {
  return typeof value === 'object' && value !== null && MADE_HERE.has(value);
}

/**
 * The mark of a check that has passed: for the functions that verify, and not exported from the package.
 *
 * @param publicKey 32 bytes; copied.
 * @param noiseKey 32 bytes; copied.
 */
export function markVerified(publicKey: Uint8Array, noiseKey: Uint8Array | undefined): VerifiedIdentity {
  // Not `slice`: that of a Node `Buffer` shares the memory.
  const identity = Uint8Array.from(publicKey);
  const bound = noiseKey && Uint8Array.from(noiseKey);
  const shown = `VerifiedIdentity(${keyPrefix(identity)})`;
  const value = {
    get publicKey() {
      return identity.slice();
    },
    get noiseKey() {
      return bound?.slice();
    },
    toJSON: () => shown,
    [INSPECT]: () => shown,
  };
  MADE_HERE.add(value);
  return Object.freeze(value) as unknown as VerifiedIdentity;
}
