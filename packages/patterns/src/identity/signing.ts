import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { SIGNATURE_BYTES } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import type { IdentitySigner } from './identity-signer.ts';

/**
 * What a signer answers, verified: a remote one may hold another key than it says, and a faulty signature can give a key
 * away, so nothing unchecked leaves.
 *
 * @param identity 32 bytes, the public key the signature must belong to; borrowed.
 * @param digest 32 bytes; borrowed.
 * @returns 64 bytes, a fresh buffer.
 * @throws PATTERNS_SIGNER_FAILED, PATTERNS_SIGNER_WRONG, and the signer's own PATTERNS codes.
 */
export async function signChecked(
  signer: IdentitySigner,
  identity: Uint8Array,
  digest: Uint8Array,
): Promise<Uint8Array> {
  let answer: Uint8Array;
  try {
    answer = await signer.sign(digest.slice());
  } catch (cause) {
    if (cause instanceof PatternsError) throw cause;
    throw new PatternsError('PATTERNS_SIGNER_FAILED', {}, { cause });
  }
  if (!(answer instanceof Uint8Array) || answer.length !== SIGNATURE_BYTES) {
    throw new PatternsError('PATTERNS_SIGNER_WRONG');
  }
  // The very bytes that are verified are sent, whatever the signer does with its buffer afterwards.
  const signature = Uint8Array.from(answer);
  if (!verifyStrictly(signature, digest, identity)) throw new PatternsError('PATTERNS_SIGNER_WRONG');
  return signature;
}
