import { type IdentitySigner, isCodedError } from '@pubky-paykit/primitives';
import { signStrictly } from '@pubky-paykit/primitives/ed25519';
import { KEY_BYTES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';

/** The public key a signer names (32 bytes, a copy). @throws DISCOVERY_WRONG_LENGTH */
export function identityOf(signer: IdentitySigner): Uint8Array {
  // Not `slice`: that of a Node `Buffer` shares the memory.
  const identity = Uint8Array.from(signer.publicKey);
  checkLength('the key of the signer', identity, KEY_BYTES, KEY_BYTES);
  return identity;
}

/**
 * What a signer answers, verified.
 *
 * @param identity 32 bytes, the public key the signature must belong to; borrowed.
 * @param message Borrowed.
 * @returns 64 bytes, a fresh buffer.
 * @throws DISCOVERY_SIGNER_FAILED, DISCOVERY_SIGNER_WRONG, and coded errors of the signer.
 */
export function signChecked(
  signer: IdentitySigner,
  identity: Uint8Array,
  message: Uint8Array,
): Promise<Uint8Array> {
  return signStrictly(signer, identity, message, {
    failed: (cause) =>
      isCodedError(cause) ? cause : new DiscoveryError('DISCOVERY_SIGNER_FAILED', {}, { cause }),
    wrong: () => new DiscoveryError('DISCOVERY_SIGNER_WRONG'),
  });
}
