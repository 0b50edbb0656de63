import { blake2s } from '@noble/hashes/blake2.js';
import { concatBytes, encodeUtf8, equalBytes } from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { isLowOrder } from '@pubky-paykit/primitives/x25519';
import { BINDING_DOMAIN, KEY_BYTES } from '../constants.ts';
import { type IdentityCheck, PatternsError } from '../errors.ts';
import { prologueBytes } from '../handshake/prologue.ts';
import { requireLength } from '../lengths.ts';
import type { IdentityPayload } from './identity-payload.ts';
import { markVerified, type VerifiedIdentity } from './verified-identity.ts';

/** Who signs, as the binding spells it. */
export type BindingRole = 'client' | 'server';

interface BoundKeys {
  /** Text or at most 1 024 bytes; borrowed. */
  readonly prologue: Uint8Array | string;
  /** 32 bytes, the Ed25519 public key of the signer; borrowed. */
  readonly identity: Uint8Array;
  /** 32 bytes, the X25519 static public key of the signer; borrowed. */
  readonly noiseKey: Uint8Array;
  readonly role: BindingRole;
}

/**
 * What a binding covers. The tag decides whether the peer's key is part of it, so that two different inputs can never
 * be the same bytes: the fields have no lengths of their own on the wire (W-15).
 */
export type BindingInput =
  | (BoundKeys & {
      readonly tag: 'IK';
      /** 32 bytes, the X25519 static public key of the peer; borrowed. */
      readonly remoteNoiseKey: Uint8Array;
    })
  | (BoundKeys & { readonly tag: 'XX'; readonly remoteNoiseKey?: never });

const NO_BYTES = new Uint8Array(0);

/**
 * The 32 bytes an identity signs to bind a Noise key to itself: BLAKE2s-256 over
 *
 * | field | bytes |
 * |---|---|
 * | `pubky-noise-bind:v2` | 19 |
 * | tag | 2 |
 * | prologue | 0 to 1 024 |
 * | identity | 32 |
 * | own Noise key | 32 |
 * | peer's Noise key | 32, with the tag `IK` only |
 * | `client` or `server` | 6 |
 *
 * @returns A fresh buffer of 32 bytes.
 * @throws PATTERNS_KEY_LENGTH, PATTERNS_PROLOGUE_INVALID
 * @see N8 §1.5
 */
export function identityBinding(input: BindingInput): Uint8Array {
  const { tag, identity, noiseKey, role } = input;
  requireLength('identity', identity, KEY_BYTES);
  requireLength('noise key', noiseKey, KEY_BYTES);
  const remoteNoiseKey = tag === 'IK' ? input.remoteNoiseKey : NO_BYTES;
  if (tag === 'IK') requireLength('remote noise key', remoteNoiseKey, KEY_BYTES);
  return blake2s(
    concatBytes(
      BINDING_DOMAIN,
      encodeUtf8(tag),
      prologueBytes(input.prologue),
      identity,
      noiseKey,
      remoteNoiseKey,
      encodeUtf8(role),
    ),
  );
}

/**
 * Checks the claim of IK's first message, in the order of N8 §1.7 and against what the handshake itself proved.
 *
 * @param claim The decoded payload; borrowed.
 * @param facts.provenStatic 32 bytes, the initiator's static key as Noise authenticated it.
 * @param facts.ownStatic 32 bytes, the responder's own static public key.
 * @param facts.prologue The prologue of the handshake.
 * @throws PATTERNS_WEAK_KEY if the claimed key is of low order.
 * @throws PATTERNS_IDENTITY_UNVERIFIED if the claimed key is not the proven one (W-01), the role is not `Client`
 *   (W-13), or the signature does not verify strictly (W-14); `context.check` says which.
 * @see N8 §1.7
 */
export function verifyIdentity(
  claim: IdentityPayload,
  facts: {
    readonly provenStatic: Uint8Array;
    readonly ownStatic: Uint8Array;
    readonly prologue: Uint8Array | string;
  },
): VerifiedIdentity {
  requireLength('claimed key', claim.noiseKey, KEY_BYTES);
  if (isLowOrder(claim.noiseKey)) throw new PatternsError('PATTERNS_WEAK_KEY', { key: 'claimed static' });
  if (!equalBytes(claim.noiseKey, facts.provenStatic)) refuse('noise-key');
  if (claim.role !== 'Client') refuse('role');
  const binding = identityBinding({
    tag: 'IK',
    prologue: facts.prologue,
    identity: claim.identity,
    noiseKey: claim.noiseKey,
    remoteNoiseKey: facts.ownStatic,
    role: 'client',
  });
  if (!verifyStrictly(claim.signature, binding, claim.identity)) refuse('signature');
  return markVerified(claim.identity, claim.noiseKey);
}

function refuse(check: IdentityCheck): never {
  throw new PatternsError('PATTERNS_IDENTITY_UNVERIFIED', { check });
}
