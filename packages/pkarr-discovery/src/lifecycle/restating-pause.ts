import { MAX_RESTATING_PAUSE_MS, RESTATING_MEMORY_MS, RESTATING_PAUSE_MS } from '../constants.ts';
import type { LedgerKey } from './key-ledger.ts';

/** How often, of late, a key was said again. @returns 0 where that was long ago, or by a clock that was ahead. */
function recentRestatements({ restatedAtMs, restatements = 0 }: LedgerKey, nowMs: number): number {
  const isRecent =
    restatedAtMs !== undefined && restatedAtMs <= nowMs && nowMs - restatedAtMs < RESTATING_MEMORY_MS;
  return isRecent ? restatements : 0;
}

/**
 * Whether to say again now what stands of a key. Whatever it is that keeps a target from being told, such as that it has had
 * something newer: to sign the same every time somebody looks would help nobody, and would bring every other target a newer
 * record each time. So an hour is waited, then twice as long each time, up to a day.
 *
 * @param nowMs Unix milliseconds.
 */
export function mayRestate(key: LedgerKey, nowMs: number): boolean {
  const times = recentRestatements(key, nowMs);
  if (times === 0) return true;
  const pauseMs = Math.min(MAX_RESTATING_PAUSE_MS, RESTATING_PAUSE_MS * 2 ** (times - 1));
  return nowMs - (key.restatedAtMs ?? 0) >= pauseMs;
}

/** Beyond it the longest pause is reached. */
const MAX_COUNTED = 16;

/** The key with a note that it was said again. */
export function withRestatement(key: LedgerKey, nowMs: number): LedgerKey {
  const restatements = Math.min(MAX_COUNTED, recentRestatements(key, nowMs) + 1);
  return { ...key, restatedAtMs: nowMs, restatements };
}

/** Of a key that stands elsewhere, or otherwise, from now on: what is said of it is new. */
export const NOT_RESTATED = {
  restatedAtMs: undefined,
  restatements: undefined,
} as const satisfies Partial<LedgerKey>;
