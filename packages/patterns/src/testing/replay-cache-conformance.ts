import { KEY_BYTES } from '../constants.ts';
import type { ReplayCache } from '../rules/replay-cache.ts';
import { type ConformanceCheck, demand } from './conformance-check.ts';

/** Many enough for two of them to meet in a cache that asks first and remembers afterwards. */
const CALLERS = 16;

function key(fill: number): Uint8Array {
  return new Uint8Array(KEY_BYTES).fill(fill);
}

async function answer(
  cache: ReplayCache,
  ephemeral: Uint8Array,
  expected: boolean,
  what: string,
): Promise<void> {
  demand((await cache.claim(ephemeral)) === expected, what);
}

/**
 * What every {@link ReplayCache} owes a listener; run it on each adapter. How long it remembers and what it does when it
 * is full is for its own tests.
 *
 * @example
 * ```ts
 * import { createReplayCache } from '@pubky-paykit/patterns';
 * import { replayCacheConformance } from '@pubky-paykit/patterns/testing';
 * for (const { run } of replayCacheConformance) await run(() => createReplayCache());
 * ```
 */
export const replayCacheConformance: readonly ConformanceCheck<ReplayCache>[] = [
  {
    name: 'answers exactly true to a new ephemeral and exactly false to every repeat',
    async run(create) {
      const cache = await create();
      await answer(cache, key(1), true, 'a new ephemeral is answered with true');
      await answer(cache, key(1), false, 'a repeat is answered with false');
      await answer(cache, key(1), false, 'a second repeat is answered with false');
    },
  },
  {
    name: 'tells ephemerals apart that differ in one bit, wherever it stands',
    async run(create) {
      const cache = await create();
      await answer(cache, key(0), true, 'the first is new');
      for (let at = 0; at < KEY_BYTES; at++) {
        for (const bit of [0x01, 0x80]) {
          const other = key(0);
          other[at] = bit;
          await answer(cache, other, true, `a bit of byte ${at} makes another ephemeral`);
        }
      }
      await answer(cache, key(0), false, 'the first is still known');
    },
  },
  {
    name: 'goes by the bytes, wherever they lie in memory',
    async run(create) {
      const cache = await create();
      const wide = new Uint8Array(3 * KEY_BYTES).fill(9);
      await answer(cache, wide.subarray(KEY_BYTES, 2 * KEY_BYTES), true, 'a view is claimed');
      await answer(cache, key(9), false, 'the same bytes elsewhere are known');
    },
  },
  {
    name: 'borrows the buffer: what happens to it afterwards changes nothing',
    async run(create) {
      const cache = await create();
      const buffer = key(1);
      await answer(cache, buffer, true, 'the first content is new');
      demand(
        buffer.every((byte) => byte === 1),
        'the buffer is left as it was',
      );
      buffer.fill(2);
      await answer(cache, key(1), false, 'the first content is known');
      await answer(cache, key(2), true, 'the second content was never claimed');
    },
  },
  {
    name: 'lets exactly one of many claims at the same time through',
    async run(create) {
      const cache = await create();
      const answers = await Promise.all(Array.from({ length: CALLERS }, async () => cache.claim(key(5))));
      demand(
        answers.filter((isNew) => isNew === true).length === 1,
        'one claim of many is answered with true',
      );
      demand(answers.filter((isNew) => isNew === false).length === CALLERS - 1, 'all others with false');
    },
  },
];
