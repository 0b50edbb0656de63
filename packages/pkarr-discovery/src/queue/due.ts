import { MAX_PUBLICATION_RETRY_MS, PARKED_RETRY_MS, PARKED_REVOCATION_RETRY_MS } from '../constants.ts';
import type { Publication } from '../publications/publication.ts';
import type { Delivery } from './queue-state.ts';

/** How long what was refused for good stays parked at most, in milliseconds. */
export function longestParkingMs({ kind }: Publication): number {
  return kind === 'revocation' ? PARKED_REVOCATION_RETRY_MS : PARKED_RETRY_MS;
}

/**
 * From when on a delivery is to be tried, in Unix milliseconds. A date that is further off than any wait was noted by a
 * clock that was ahead and has been set right since: it is due now, or a revocation would wait for as long as that clock was
 * wrong.
 */
export function dueMsOf({ publication, notBeforeMs, parkedAtMs }: Delivery, nowMs: number): number {
  const longestMs = parkedAtMs === undefined ? MAX_PUBLICATION_RETRY_MS : longestParkingMs(publication);
  return notBeforeMs > nowMs + longestMs ? nowMs : notBeforeMs;
}

/** Whether a delivery is to be tried now. */
export function isDue(delivery: Delivery, nowMs: number): boolean {
  return dueMsOf(delivery, nowMs) <= nowMs;
}
