import { isCodedError } from '@pubky-paykit/primitives';

/** Of an error without a code: a target must throw coded ones, so it has a fault. */
const UNCODED = 'UNCODED';

/** The code that a failure is noted by. */
export function codeOf(error: unknown): string {
  return isCodedError(error) ? error.code : UNCODED;
}

/**
 * Whether the same publication will never be taken: by the word of a coded error, or because of a mistake in a program. Any
 * other error without a code may be of the network, a `TypeError` above all: `fetch` tells outages so.
 */
export function isPermanent(error: unknown): boolean {
  if (isCodedError(error)) return !error.retryable;
  return error instanceof RangeError;
}
