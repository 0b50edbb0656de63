import type { Clock, RandomSource } from '@pubky-paykit/primitives';

const MICROSECONDS = 1000;

/**
 * Times for auth tokens, in microseconds: never the same twice, and what a millisecond leaves open is random, so that two
 * devices with one key do not meet. A server takes one token of a key and time only.
 */
export function createTimestamps(clock: Clock, random: RandomSource): () => bigint {
  let last = 0n;
  return () => {
    const [high = 0, low = 0] = random.bytes(2);
    const within = Math.floor(((high * 256 + low) * MICROSECONDS) / 65_536);
    const now = BigInt(Math.floor(clock.now())) * BigInt(MICROSECONDS) + BigInt(within);
    last = now > last ? now : last + 1n;
    return last;
  };
}
