import { signStrictly } from '@pubky-paykit/primitives/ed25519';
import { PatternsError } from '../errors.ts';
import type { IdentitySigner } from './identity-signer.ts';

/**
 * What a signer answers, verified.
 *
 * @param identity 32 bytes, the public key the signature must belong to; borrowed.
 * @param digest 32 bytes; borrowed.
 * @returns 64 bytes, a fresh buffer.
 * @throws PATTERNS_SIGNER_FAILED, PATTERNS_SIGNER_WRONG, and the signer's own PATTERNS codes.
 */
export function signChecked(
  signer: IdentitySigner,
  identity: Uint8Array,
  digest: Uint8Array,
): Promise<Uint8Array> {
  return signStrictly(signer, identity, digest, {
    failed: (cause) =>
      cause instanceof PatternsError ? cause : new PatternsError('PATTERNS_SIGNER_FAILED', {}, { cause }),
    wrong: () => new PatternsError('PATTERNS_SIGNER_WRONG'),
  });
}
