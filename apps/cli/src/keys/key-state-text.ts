import { hex, type KeyCache } from 'pubky-paykit';
import { dateText } from './time-text.ts';

/** What the cache keeps of a device. */
type KeptKey = Awaited<ReturnType<KeyCache['read']>>;

/** Hex digits of a key that people are shown. */
const SHOWN_DIGITS = 16;

/** The key that another one has replaced a short time ago. */
export interface ReplacedKey {
  /** 32 bytes. */
  readonly noiseKey: Uint8Array;
  /** Unix milliseconds. */
  readonly replacedAtMs: number;
}

/** The key before the one of an entry of the cache, as long as its overlap is not over. */
export function replacedIn({ entry }: Pick<KeptKey, 'entry'>): ReplacedKey | undefined {
  return entry.state === 'unknown' ? undefined : entry.previous;
}

/**
 * How a key stands in the cache, for people. `rotated` is said of a key that has taken the place of another one, and would read
 * as if it were the other way round.
 *
 * @param replaced The other one; nothing if it is not known.
 */
export function keyStateText(state: string, replaced: ReplacedKey | undefined, nowMs: number): string {
  if (state !== 'rotated') return state;
  if (replaced === undefined) return 'verified (has replaced another one)';
  const former = hex.encode(replaced.noiseKey).slice(0, SHOWN_DIGITS);
  return `verified (has replaced ${former}… on ${dateText(replaced.replacedAtMs, nowMs)})`;
}
