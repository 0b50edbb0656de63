import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { PatternsError } from '../../src/errors.ts';
import { createReplayCache, type ReplayCache, refuseReplay } from '../../src/rules/replay-cache.ts';
import { replayCacheConformance } from '../../src/testing.ts';
import { filled, rejectionOf, thrownBy } from '../bytes.ts';
import { looseClock } from '../clocks.ts';
import { stepContext } from '../step-context.ts';

const HOUR_MS = 3_600_000;

/** The n-th of many different ephemerals. */
function ephemeral(n: number): Uint8Array {
  const key = filled(0);
  new DataView(key.buffer).setUint32(28, n);
  return key;
}

describe('createReplayCache', () => {
  for (const { name, run } of replayCacheConformance) {
    it(`${name} (N8 W-47, P8 W-58)`, () => run(() => createReplayCache()));
  }

  it('remembers for 25 hours by default, longer than a request is taken for fresh (P8 W-58)', () => {
    const clock = new ManualClock(1_700_000_000_000);
    const cache = createReplayCache({ clock });
    expect(cache.claim(filled(1))).toBe(true);
    clock.advance(25 * HOUR_MS - 1);
    expect(cache.claim(filled(1))).toBe(false);
    clock.advance(1);
    expect(cache.claim(filled(1))).toBe(true);
  });

  it('forgets exactly at the end of the time, and counts again from a new claim', () => {
    const clock = new ManualClock();
    const cache = createReplayCache({ clock, rememberMs: 10 });
    const answers: unknown[] = [];
    for (const step of [0, 9, 1, 9, 1]) {
      clock.advance(step);
      answers.push(cache.claim(filled(1)));
    }
    expect(answers).toEqual([true, false, true, false, true]);
  });

  it('does not remember a repeat for longer than the first claim', () => {
    const clock = new ManualClock();
    const cache = createReplayCache({ clock, rememberMs: 10 });
    cache.claim(filled(1));
    clock.advance(5);
    expect(cache.claim(filled(1))).toBe(false);
    clock.advance(5);
    expect(cache.claim(filled(1))).toBe(true);
  });

  it('never forgets if told so', () => {
    const clock = looseClock();
    const cache = createReplayCache({ clock, rememberMs: Number.POSITIVE_INFINITY });
    cache.claim(filled(1));
    clock.nowMs = Number.MAX_VALUE;
    expect(cache.claim(filled(1))).toBe(false);
  });

  it('remembers longer, never shorter, when the clock is set back (P8 W-58)', () => {
    const clock = looseClock(1_000);
    const cache = createReplayCache({ clock, rememberMs: 100 });
    cache.claim(filled(1));
    for (const now of [0, 100, 999, 1_099]) {
      clock.nowMs = now;
      expect(cache.claim(filled(1)), `at ${now}`).toBe(false);
    }
    clock.nowMs = 1_100;
    expect(cache.claim(filled(1))).toBe(true);
  });

  it('does not let one date far ahead keep later claims from growing old', () => {
    const clock = looseClock(1e15);
    const cache = createReplayCache({ clock, rememberMs: 100, maximumEntries: 3 });
    cache.claim(ephemeral(0));
    for (let n = 1; n < 20; n++) {
      clock.nowMs = 50 * n;
      expect(cache.claim(ephemeral(n))).toBe(true);
    }
    expect(cache.claim(ephemeral(0))).toBe(false);
  });

  it('refuses, with everything kept, when the clock shows no time', () => {
    const clock = looseClock(5);
    const cache = createReplayCache({ clock, rememberMs: 10 });
    cache.claim(filled(1));
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, '9' as unknown as number]) {
      clock.nowMs = now;
      expect(() => cache.claim(filled(2))).toThrow(TypeError);
    }
    clock.nowMs = 5;
    expect(cache.claim(filled(1))).toBe(false);
    expect(cache.claim(filled(2))).toBe(true);
  });

  it('refuses new ones when full, still knows the old ones, and takes new ones once some are forgotten', () => {
    const clock = new ManualClock();
    const cache = createReplayCache({ clock, rememberMs: 10, maximumEntries: 2 });
    cache.claim(ephemeral(1));
    clock.advance(1);
    cache.claim(ephemeral(2));
    expect(thrownBy(() => cache.claim(ephemeral(3)))).toMatchObject({
      code: 'PATTERNS_REPLAY_CACHE_FULL',
      context: { maximum: 2 },
    });
    expect(cache.claim(ephemeral(1))).toBe(false);
    clock.advance(9);
    expect(cache.claim(ephemeral(3))).toBe(true);
    expect(cache.claim(ephemeral(2))).toBe(false);
    expect(thrownBy(() => cache.claim(ephemeral(1))).code).toBe('PATTERNS_REPLAY_CACHE_FULL');
  });

  it('forgets the oldest when full, if told so, and nothing for a repeat', () => {
    const cache = createReplayCache({ clock: new ManualClock(), maximumEntries: 2, whenFull: 'forget' });
    cache.claim(ephemeral(1));
    cache.claim(ephemeral(2));
    expect(cache.claim(ephemeral(2))).toBe(false);
    expect(cache.claim(ephemeral(3))).toBe(true);
    expect(cache.claim(ephemeral(2))).toBe(false);
    expect(cache.claim(ephemeral(1))).toBe(true);
    expect(cache.claim(ephemeral(3))).toBe(false);
  });

  it('refuses anything but 32 bytes, and remembers nothing of it (N8 W-19)', () => {
    const cache = createReplayCache({ maximumEntries: 1 });
    for (const length of [0, 31, 33]) {
      expect(thrownBy(() => cache.claim(new Uint8Array(length))).code).toBe('PATTERNS_KEY_LENGTH');
    }
    expect(() => cache.claim('1'.repeat(32) as unknown as Uint8Array)).toThrow(TypeError);
    expect(cache.claim(filled(1))).toBe(true);
  });

  it('refuses bounds that are none', () => {
    for (const rememberMs of [0, -1, Number.NaN]) {
      expect(() => createReplayCache({ rememberMs })).toThrow(RangeError);
    }
    for (const maximumEntries of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_000_001]) {
      expect(() => createReplayCache({ maximumEntries })).toThrow(RangeError);
    }
    // A misspelt word must not choose the less safe behaviour.
    expect(() => createReplayCache({ whenFull: 'Refuse' as 'refuse' })).toThrow(RangeError);
  });
});

describe('refuseReplay', () => {
  const first = { remoteEphemeral: filled(1) };

  it('lets a first message pass once (N8 W-47, W-28)', async () => {
    const context = stepContext({ ...first, replayCache: createReplayCache() });
    await refuseReplay(context);
    expect(await rejectionOf(refuseReplay(context))).toMatchObject({
      code: 'PATTERNS_REPLAYED',
      wireCode: 6000,
    });
  });

  it('checks nothing without a cache', async () => {
    await refuseReplay(stepContext(first));
    await refuseReplay(stepContext(first));
  });

  it('takes a message without an ephemeral for a fault of the profile', async () => {
    expect(await rejectionOf(refuseReplay(stepContext({ replayCache: createReplayCache() })))).toBeInstanceOf(
      TypeError,
    );
  });

  it('passes on that the cache is full', async () => {
    const replayCache = createReplayCache({ maximumEntries: 1 });
    await refuseReplay(stepContext({ ...first, replayCache }));
    const other = stepContext({ remoteEphemeral: filled(2), replayCache });
    expect(await rejectionOf(refuseReplay(other))).toMatchObject({
      code: 'PATTERNS_REPLAY_CACHE_FULL',
      retryable: true,
    });
  });

  it('keeps its ephemeral from a cache that writes into what it is given', async () => {
    const remoteEphemeral = filled(1);
    const replayCache: ReplayCache = {
      claim(key) {
        key.fill(0);
        return true;
      },
    };
    await refuseReplay(stepContext({ remoteEphemeral, replayCache }));
    expect(remoteEphemeral).toEqual(filled(1));
  });

  const boom = new Error('no connection');
  const broken: Record<string, { readonly claim?: unknown }> = {
    throws: {
      claim() {
        throw boom;
      },
    },
    rejects: { claim: () => Promise.reject(boom) },
    'has no claim': {},
    ...Object.fromEntries(
      [undefined, null, 1, 0, 'OK', 'true', {}, [true]].map((answer) => [
        `answers ${JSON.stringify(answer)}`,
        { claim: async () => answer },
      ]),
    ),
  };
  for (const [name, replayCache] of Object.entries(broken)) {
    it(`refuses the handshake if the cache ${name}`, async () => {
      const context = stepContext({ ...first, replayCache: replayCache as ReplayCache });
      const error = await rejectionOf(refuseReplay(context));
      expect(error).toBeInstanceOf(PatternsError);
      expect(error).toMatchObject({ code: 'PATTERNS_REPLAY_CACHE_FAILED', wireCode: 9000, retryable: true });
      expect((error as Error).cause).toBeInstanceOf(Error);
    });
  }
});

describe('replayCacheConformance', () => {
  const faulty: Record<string, () => ReplayCache> = {
    'knows nothing': () => ({ claim: () => true }),
    'lets nothing pass': () => ({ claim: () => false }),
    'answers with what its store answers': () => {
      const known = new Set<string>();
      return { claim: (key) => (known.has(`${key}`) ? 0 : known.add(`${key}`)) as unknown as boolean };
    },
    'keeps the buffer itself': () => {
      const known: Uint8Array[] = [];
      return {
        claim: (key) => !known.some((other) => `${other}` === `${key}`) && known.push(key) > 0,
      };
    },
    'goes by the first half': () => {
      const known = new Set<string>();
      return {
        claim: (key) => !known.has(`${key.subarray(16)}`) && known.add(`${key.subarray(16)}`).size > 0,
      };
    },
    'goes by the memory behind a view': () => {
      const known = new Set<string>();
      return {
        claim: ({ buffer }) =>
          !known.has(`${new Uint8Array(buffer)}`) && known.add(`${new Uint8Array(buffer)}`).size > 0,
      };
    },
    'asks first and remembers later': () => {
      const known = new Set<string>();
      return {
        async claim(key) {
          const isNew = !known.has(`${key}`);
          await Promise.resolve();
          known.add(`${key}`);
          return isNew;
        },
      };
    },
  };
  for (const [name, create] of Object.entries(faulty)) {
    it(`rejects a cache that ${name}`, async () => {
      const outcomes = await Promise.allSettled(replayCacheConformance.map(({ run }) => run(create)));
      expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    });
  }
});
