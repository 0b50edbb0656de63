import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes } from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { ATTESTATION_DOMAIN, KEY_BYTES } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import type { PayloadStep, StepContext } from '../profiles/profile.ts';
import { keyPrefix } from '../redaction.ts';
import { type Attestation, decodeAttestation, encodeAttestation } from './attestation-message.ts';
import { signChecked } from './signing.ts';
import { markVerified, type VerifiedIdentity } from './verified-identity.ts';

/** The ephemeral keys of an NN handshake, from the side of whoever signs. */
export interface AttestedEphemerals {
  /** 32 bytes, the signer's own ephemeral public key; borrowed. */
  readonly signer: Uint8Array;
  /** 32 bytes, the ephemeral public key of the other side; borrowed. */
  readonly other: Uint8Array;
}

/**
 * The 32 bytes an identity signs to attest an NN session: SHA-256 over `pubky-noise-nn-attestation-v1:` (30 bytes), the
 * signer's ephemeral (32) and the other side's (32).
 *
 * @returns A fresh buffer of 32 bytes.
 * @throws PATTERNS_KEY_LENGTH
 * @see N8 §5, P8 §3.9
 */
export function attestationDigest({ signer, other }: AttestedEphemerals): Uint8Array {
  requireLength('ephemeral key of the signer', signer, KEY_BYTES);
  requireLength('ephemeral key of the other side', other, KEY_BYTES);
  return sha256(concatBytes(ATTESTATION_DOMAIN, signer, other));
}

/** What an attestation is checked against. */
export interface AttestationFacts extends AttestedEphemerals {
  /** 32 bytes, the only identity that will do; borrowed. Without it any identity may attest. */
  readonly expectedIdentity?: Uint8Array | undefined;
  /** 32 bytes, the identity this side has attested with already, to tell a reflection. */
  readonly ownIdentity?: Uint8Array | undefined;
}

/**
 * Checks a peer's attestation.
 *
 * @param claim Borrowed.
 * @throws PATTERNS_ATTESTATION_WRONG_IDENTITY if another identity than the expected one attests, whatever it signed.
 * @throws PATTERNS_ATTESTATION_REFLECTED if it is this side's own attestation or ephemeral key, sent back.
 * @throws PATTERNS_ATTESTATION_SWAPPED if it covers the ephemeral keys in the wrong order.
 * @throws PATTERNS_ATTESTATION_UNVERIFIED if the signature does not verify strictly (P8 W-54).
 * @throws PATTERNS_KEY_LENGTH
 * @see P8 §3.9
 */
export function verifyAttestation(claim: Attestation, facts: AttestationFacts): VerifiedIdentity {
  const { identity, signature } = claim;
  const { signer, other, expectedIdentity, ownIdentity } = facts;
  requireLength('identity', identity, KEY_BYTES);
  if (expectedIdentity !== undefined) requireLength('expected identity', expectedIdentity, KEY_BYTES);
  if (expectedIdentity !== undefined && !equalBytes(identity, expectedIdentity)) {
    throw new PatternsError('PATTERNS_ATTESTATION_WRONG_IDENTITY', {
      expected: keyPrefix(expectedIdentity),
      presented: keyPrefix(identity),
    });
  }
  // The order of the two keys is all that tells the directions apart.
  if (equalBytes(signer, other)) throw new PatternsError('PATTERNS_ATTESTATION_REFLECTED');
  if (verifyStrictly(signature, attestationDigest({ signer, other }), identity)) {
    return markVerified(identity, undefined);
  }
  if (!verifyStrictly(signature, attestationDigest({ signer: other, other: signer }), identity)) {
    throw new PatternsError('PATTERNS_ATTESTATION_UNVERIFIED');
  }
  // Signed in our direction: by us, or by somebody who has the order wrong.
  const reflected = ownIdentity !== undefined && equalBytes(identity, ownIdentity);
  throw new PatternsError(reflected ? 'PATTERNS_ATTESTATION_REFLECTED' : 'PATTERNS_ATTESTATION_SWAPPED');
}

function ephemeralsOf({ ownEphemeral, remoteEphemeral }: StepContext): readonly [Uint8Array, Uint8Array] {
  if (ownEphemeral === undefined || remoteEphemeral === undefined) {
    throw new TypeError('the ephemeral keys are not known yet');
  }
  return [ownEphemeral, remoteEphemeral];
}

/** The sender proves its identity for this very session, and the receiver checks that. P8 §3.9 */
export const attestation: PayloadStep = {
  async write(context) {
    const { signer } = context;
    if (signer === undefined) throw new TypeError('the signer is missing');
    const [own, remote] = ephemeralsOf(context);
    const identity = Uint8Array.from(signer.publicKey);
    const digest = attestationDigest({ signer: own, other: remote });
    return encodeAttestation({ identity, signature: await signChecked(signer, identity, digest) });
  },
  async read(payload, context) {
    const [own, remote] = ephemeralsOf(context);
    return verifyAttestation(decodeAttestation(payload), {
      signer: remote,
      other: own,
      expectedIdentity: context.expectedIdentity,
      ownIdentity: context.signer?.publicKey,
    });
  },
};
