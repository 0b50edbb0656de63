import { isCodedError, type RandomSource } from '@pubky-paykit/primitives';
import { MAX_PUBLICATION_RETRY_MS, PUBLICATION_RETRY_MS } from '../constants.ts';

const RANDOM_BYTES = 4;
const RANDOM_RANGE = 2 ** (8 * RANDOM_BYTES);
/** Beyond it the longest wait is reached. */
const MAX_DOUBLINGS = 20;

/** A fraction from 0 (inclusive) to 1 (exclusive). */
export function fraction(random: RandomSource): number {
  return random.bytes(RANDOM_BYTES).reduce((value, byte) => value * 256 + byte, 0) / RANDOM_RANGE;
}

/** The longest that is waited after so many failures, from 1. @returns Milliseconds. */
export function longestDelay(attempts: number): number {
  const doublings = Math.min(attempts - 1, MAX_DOUBLINGS);
  return Math.min(MAX_PUBLICATION_RETRY_MS, PUBLICATION_RETRY_MS * 2 ** doublings);
}

/**
 * How long to wait after a failure: anything up to a bound that doubles each time ("full jitter"), so that those who failed
 * together do not come back together; but never shorter than the other side has asked for.
 *
 * @param attempts How many have failed, from 1.
 * @returns Whole milliseconds.
 */
export function retryDelay(attempts: number, error: unknown, random: RandomSource): number {
  return Math.max(Math.floor(fraction(random) * longestDelay(attempts)), askedFor(error));
}

/** What a target that was asked too often has said. */
function askedFor(error: unknown): number {
  if (!isCodedError(error)) return 0;
  const { retryAfterMs } = error.context as { readonly retryAfterMs?: unknown };
  return typeof retryAfterMs === 'number' && retryAfterMs > 0
    ? Math.min(Math.ceil(retryAfterMs), MAX_PUBLICATION_RETRY_MS)
    : 0;
}
