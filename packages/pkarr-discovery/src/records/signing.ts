import { type IdentitySigner, isCodedError } from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { KEY_BYTES, SIGNATURE_BYTES } from '../constants.ts';
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
 * What a signer answers, verified: a remote one may hold another key than it says, and a faulty signature can give a key
 * away, so nothing unchecked leaves.
 *
 * @param identity 32 bytes, the public key the signature must belong to; borrowed.
 * @param digest 32 bytes; borrowed.
 * @returns 64 bytes, a fresh buffer.
 * @throws DISCOVERY_SIGNER_FAILED, DISCOVERY_SIGNER_WRONG, and coded errors of the signer.
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
    if (isCodedError(cause)) throw cause;
    throw new DiscoveryError('DISCOVERY_SIGNER_FAILED', {}, { cause });
  }
  if (!(answer instanceof Uint8Array) || answer.length !== SIGNATURE_BYTES) {
    throw new DiscoveryError('DISCOVERY_SIGNER_WRONG');
  }
  // The very bytes that are verified leave, whatever the signer does with its buffer afterwards.
  const signature = Uint8Array.from(answer);
  if (!verifyStrictly(signature, digest, identity)) throw new DiscoveryError('DISCOVERY_SIGNER_WRONG');
  return signature;
}
