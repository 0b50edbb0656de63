import { hex, isCodedError } from 'pubky-paykit';
import type { PayerParts } from './payee-call.ts';
import { PaymentFailed, revokedFailure } from './payment-failure.ts';

/** Hex digits of a key that people compare with what its owner says. */
const COMPARED_DIGITS = 16;

/**
 * Says of a payee whose key was revoked which one it has published since, if there is any. It is not taken: whoever has revoked a
 * key may have lost more than that key, so that its owner has to be asked.
 *
 * @param failure What a payment failed with. @returns The same, unless a newer key can be looked up now.
 */
export async function withNewerKey(
  failure: unknown,
  { options, discover, surroundings }: Pick<PayerParts, 'options' | 'discover' | 'surroundings'>,
): Promise<unknown> {
  if (!(failure instanceof PaymentFailed) || failure.problem !== 'revoked') return failure;
  const { payee, device } = options;
  try {
    const result = await discover(payee, { device, signal: surroundings.signal });
    if (result.outcome !== 'found') return failure;
    return revokedFailure(hex.encode(result.record.noiseKey).slice(0, COMPARED_DIGITS), device);
  } catch (error) {
    // What is known without it is enough.
    if (isCodedError(error)) return failure;
    throw error;
  }
}
