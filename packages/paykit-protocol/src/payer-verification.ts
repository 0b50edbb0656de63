import { type CancelSignal, equalBytes } from '@pubky-paykit/primitives';
import type { RefusalCode } from './refusals.ts';
import { lookingUp } from './request-checks.ts';

/**
 * What was found out about a payer: the peer of the session really is it, is somebody else, or there is no telling, as
 * when the payer has published no key.
 */
export type PayerVerdict = 'verified' | 'mismatch' | 'unverified';

/**
 * Finds out whether the peer of this session really is the payer a request names; discovery plugs in here. It must look
 * at verified, fresh and unrevoked records only. Throw if the look-up fails: the payer is told that it may ask again.
 *
 * @param claimed 32 bytes, a copy.
 * @param options.signal Aborted once nobody waits for the verdict any more.
 * @see P8 §3.7, §13.3
 */
export type VerifyPayer = (
  claimed: Uint8Array,
  options: { readonly signal: CancelSignal },
) => Promise<PayerVerdict> | PayerVerdict;

/** Only the exact word lets a request go on; whatever else a function without types may say is no proof. */
function refusalFor(verdict: PayerVerdict): RefusalCode | undefined {
  if (verdict === 'verified') return undefined;
  return verdict === 'mismatch' ? 'WRONG_PAYER' : 'PAYER_UNVERIFIED';
}

/**
 * Why the payer is refused, or `undefined` if it is the identity the session has authenticated, or is verified now.
 *
 * @throws PAYKIT_LOOKUP_FAILED if the verification threw.
 */
export async function wrongPayer(
  claimed: Uint8Array,
  peer: Uint8Array | VerifyPayer,
  signal: CancelSignal,
): Promise<RefusalCode | undefined> {
  if (typeof peer !== 'function') return equalBytes(claimed, peer) ? undefined : 'WRONG_PAYER';
  // Not by `slice`: that of a Node `Buffer` shares the memory.
  return refusalFor(await lookingUp('payer', () => peer(Uint8Array.from(claimed), { signal })));
}
