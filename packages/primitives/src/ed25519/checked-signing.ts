import type { IdentitySigner } from '../ports/identity-signer.ts';
import { SIGNATURE_BYTES } from './encoding.ts';

/** Whether a signature is that of a key over a message. */
export type VerifyStrictly = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;

/** What a signer can do wrong, as the caller's errors. */
export interface SignerErrors {
  /** It threw. @param cause What it threw. */
  failed(cause: unknown): Error;
  /** Its answer is not the signature of its key over these bytes. */
  wrong(): Error;
}

/** What a signer answers, verified. @see signStrictly */
export type SignStrictly = (
  signer: IdentitySigner,
  publicKey: Uint8Array,
  message: Uint8Array,
  errors: SignerErrors,
) => Promise<Uint8Array>;

/** The checks around a signer, over a verifier. */
export function signingCheckedBy(verifyStrictly: VerifyStrictly): SignStrictly {
  return async (signer, publicKey, message, errors) => {
    let answer: Uint8Array;
    try {
      answer = await signer.sign(Uint8Array.from(message));
    } catch (cause) {
      throw errors.failed(cause);
    }
    if (!(answer instanceof Uint8Array) || answer.length !== SIGNATURE_BYTES) throw errors.wrong();
    // The very bytes that are verified leave, whatever the signer does with its buffer afterwards.
    const signature = Uint8Array.from(answer);
    if (!verifyStrictly(signature, message, publicKey)) throw errors.wrong();
    return signature;
  };
}
