import { systemClock } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { PatternsError } from '../../src/errors.ts';
import {
  createMemoryPinStore,
  type Pin,
  type PinStore,
  type TrustRule,
  trustRule,
  trustStatic,
} from '../../src/rules/pinning.ts';
import { pinStoreConformance } from '../../src/testing.ts';
import { filled, flipped, rejectionOf, thrownBy } from '../bytes.ts';
import { stepContext } from '../step-context.ts';

const KEY = filled(0xaa);
const OTHER = filled(0xbb);

function pin(fill: number): Pin {
  return { noiseKey: filled(fill), pinnedAtMs: fill };
}

/** What the check makes of a proven key under a rule; `undefined` if it is trusted. */
async function refusalOf(rule: TrustRule, remoteStatic = KEY): Promise<object | undefined> {
  const context = stepContext({ trust: trustRule(rule), remoteStatic });
  return trustStatic(context).then(
    () => undefined,
    (error: object) => error,
  );
}

describe('createMemoryPinStore', () => {
  for (const { name, run } of pinStoreConformance) {
    it(`${name} (P8 W-16)`, () => run(() => createMemoryPinStore()));
  }

  it('refuses new peers when it is full, rather than forget one (P8 W-16)', async () => {
    const store = createMemoryPinStore({ maximumPeers: 2 });
    await store.keep('one', pin(1));
    await store.keep('two', pin(2));
    expect(await rejectionOf(store.keep('three', pin(3)))).toMatchObject({
      code: 'PATTERNS_PIN_STORE_FULL',
      context: { maximum: 2 },
    });
    expect(await store.keep('one', pin(4))).toEqual(pin(1));
    await store.remove('one');
    expect(await store.keep('three', pin(3))).toEqual(pin(3));
  });

  it('pins no key of a wrong length (N8 W-19)', async () => {
    const store = createMemoryPinStore();
    const short = { noiseKey: KEY.subarray(1), pinnedAtMs: 0 };
    expect((await rejectionOf(store.keep('peer', short))).code).toBe('PATTERNS_KEY_LENGTH');
    expect(await store.get('peer')).toBeUndefined();
  });

  it('copies a Node Buffer too, whose slice would share its memory', async () => {
    const store = createMemoryPinStore();
    const noiseKey = Buffer.from(KEY);
    await store.keep('peer', { noiseKey, pinnedAtMs: 0 });
    noiseKey.fill(0);
    expect((await store.get('peer'))?.noiseKey).toEqual(KEY);
  });

  it('refuses a bound that is none', () => {
    for (const maximumPeers of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => createMemoryPinStore({ maximumPeers })).toThrow(RangeError);
    }
  });
});

describe('trustRule', () => {
  const trustOnFirstUse = createMemoryPinStore();
  const verifyStatic = (): boolean => true;

  it('passes the absence of a rule on, for the profile to refuse', () => {
    expect(trustRule(undefined)).toBeUndefined();
  });

  it('copies an expected key, from a Node Buffer too', () => {
    for (const expectedStatic of [KEY.slice(), Buffer.from(KEY)]) {
      const rule = trustRule({ expectedStatic });
      expectedStatic.fill(0);
      expect(rule).toEqual({ expectedStatic: KEY });
    }
  });

  it('refuses an expected key of a wrong length (N8 W-19)', () => {
    for (const length of [0, 31, 33]) {
      const expectedStatic = new Uint8Array(length);
      expect(thrownBy(() => trustRule({ expectedStatic })).code).toBe('PATTERNS_KEY_LENGTH');
    }
  });

  const wrong: Record<string, object | null> = {
    'no rule at all': null,
    'no reason': {},
    'only undefined reasons': { expectedStatic: undefined, verifyStatic: undefined },
    'a peer without a reason': { peer: 'peer' },
    'a store without the name of the peer': { trustOnFirstUse },
    'a store with another name than text': { trustOnFirstUse, peer: 7 },
    'a store that is none': { trustOnFirstUse: {}, peer: 'peer' },
    'a store that is null': { trustOnFirstUse: null, peer: 'peer' },
    'trust on first use as a switch': { trustOnFirstUse: true, peer: 'peer' },
    'an answer in place of a question': { verifyStatic: true },
    'an expected key as text': { expectedStatic: 'aa'.repeat(32) },
  };
  for (const [name, rule] of Object.entries(wrong)) {
    it(`refuses ${name} [S3.3]`, () => {
      expect(() => trustRule(rule as TrustRule)).toThrow(TypeError);
    });
  }

  it('keeps every reason that is given, and nothing else', () => {
    const given = { expectedStatic: KEY, verifyStatic, trustOnFirstUse, peer: 'peer', clock: systemClock };
    expect(trustRule({ ...given, other: 1 } as TrustRule)).toEqual(given);
  });

  it('takes reasons that are undefined for absent [S3.3]', async () => {
    const absent = { expectedStatic: undefined, verifyStatic: undefined, trustOnFirstUse: undefined };
    const rules: TrustRule[] = [
      { expectedStatic: KEY },
      { verifyStatic },
      { trustOnFirstUse: createMemoryPinStore(), peer: 'peer' },
    ];
    for (const rule of rules) expect(await refusalOf({ ...(absent as object), ...rule })).toBeUndefined();
  });
});

describe('trustStatic', () => {
  it('never trusts by a rule without a reason', async () => {
    const trust = {} as TrustRule;
    expect(await rejectionOf(trustStatic(stepContext({ trust, remoteStatic: KEY })))).toBeInstanceOf(
      TypeError,
    );
  });

  const yes = () => true;
  const no = () => false;
  const combinations: [string, () => TrustRule, string | undefined, boolean][] = [
    ['a pin and a yes', () => ({ trustOnFirstUse: pins, peer: 'peer', verifyStatic: yes }), undefined, true],
    [
      'a pin and a no',
      () => ({ trustOnFirstUse: pins, peer: 'peer', verifyStatic: no }),
      'PATTERNS_STATIC_REFUSED',
      false,
    ],
    [
      'the expected key and a no',
      () => ({ expectedStatic: KEY, verifyStatic: no }),
      'PATTERNS_STATIC_REFUSED',
      false,
    ],
    [
      'another key than expected and a yes',
      () => ({ trustOnFirstUse: pins, peer: 'peer', expectedStatic: OTHER, verifyStatic: yes }),
      'PATTERNS_STATIC_UNEXPECTED',
      false,
    ],
  ];
  let pins = createMemoryPinStore();
  it.each(combinations)('wants every reason to hold: %s [S3.3]', async (_, rule, code, isPinned) => {
    pins = createMemoryPinStore();
    const refused = await refusalOf(rule(), KEY);
    expect((refused as { code?: string } | undefined)?.code).toBe(code);
    expect((await pins.get('peer')) !== undefined).toBe(isPinned);
  });

  it('holds a first contact against the key that was told, and pins only that one (P8 W-16)', async () => {
    const trustOnFirstUse = createMemoryPinStore();
    const rule: TrustRule = { trustOnFirstUse, peer: 'peer', expectedStatic: KEY };
    expect(await refusalOf(rule, OTHER)).toMatchObject({ code: 'PATTERNS_STATIC_UNEXPECTED' });
    expect(await trustOnFirstUse.get('peer')).toBeUndefined();
    expect(await refusalOf(rule, KEY)).toBeUndefined();
    expect((await trustOnFirstUse.get('peer'))?.noiseKey).toEqual(KEY);
    const changed: TrustRule = { ...rule, expectedStatic: OTHER };
    expect(await refusalOf(changed, OTHER)).toMatchObject({ code: 'PATTERNS_PIN_CHANGED' });
  });

  it('is a fault of the profile without a rule or a key, and never trust', async () => {
    expect(await rejectionOf(trustStatic(stepContext({ remoteStatic: KEY })))).toBeInstanceOf(TypeError);
    expect(await rejectionOf(trustStatic(stepContext({ trust: { expectedStatic: KEY } })))).toBeInstanceOf(
      TypeError,
    );
  });

  it('trusts the expected key and no other, in every bit (P8 W-16)', async () => {
    expect(await refusalOf({ expectedStatic: KEY })).toBeUndefined();
    for (let bit = 0; bit < 256; bit++) {
      expect(await refusalOf({ expectedStatic: KEY }, flipped(KEY, bit))).toMatchObject({
        code: 'PATTERNS_STATIC_UNEXPECTED',
      });
    }
    expect(await refusalOf({ expectedStatic: KEY }, OTHER)).toMatchObject({
      context: { expected: 'aa'.repeat(8), presented: 'bb'.repeat(8) },
    });
  });

  it('trusts what the question answers with exactly true', async () => {
    const asked: Uint8Array[] = [];
    const verifyStatic = async (key: Uint8Array): Promise<boolean> => {
      asked.push(key.slice());
      key.fill(0);
      return true;
    };
    const remoteStatic = KEY.slice();
    expect(await refusalOf({ verifyStatic }, remoteStatic)).toBeUndefined();
    expect(asked).toEqual([KEY]);
    expect(remoteStatic).toEqual(KEY);
    for (const answer of [false, undefined, null, 1, 'yes', {}]) {
      expect(await refusalOf({ verifyStatic: () => answer as boolean })).toMatchObject({
        code: 'PATTERNS_STATIC_REFUSED',
      });
    }
  });

  it('refuses if the question fails, and says why', async () => {
    const boom = new Error('nobody answers');
    const questions = [
      () => Promise.reject(boom),
      () => {
        throw boom;
      },
    ];
    for (const verifyStatic of questions) {
      expect(await refusalOf({ verifyStatic })).toMatchObject({ code: 'PATTERNS_TRUST_FAILED', cause: boom });
    }
  });

  it('pins the first key with the time, trusts it ever after, and refuses a change with both fingerprints (P8 W-16) [S3.3]', async () => {
    const trustOnFirstUse = createMemoryPinStore();
    const clock = new ManualClock(1_700_000_000_000);
    const rule: TrustRule = { trustOnFirstUse, peer: 'shop', clock };
    expect(await refusalOf(rule)).toBeUndefined();
    clock.advance(1);
    expect(await refusalOf(rule)).toBeUndefined();
    expect(await trustOnFirstUse.get('shop')).toEqual({ noiseKey: KEY, pinnedAtMs: 1_700_000_000_000 });
    expect(await refusalOf(rule, OTHER)).toMatchObject({
      code: 'PATTERNS_PIN_CHANGED',
      wireCode: 5000,
      context: { pinned: 'aa'.repeat(8), presented: 'bb'.repeat(8) },
    });
    expect(await refusalOf(rule)).toBeUndefined();
  });

  it('trusts a new key after the old one was removed, and for another peer at once', async () => {
    const trustOnFirstUse = createMemoryPinStore();
    await refusalOf({ trustOnFirstUse, peer: '__proto__' });
    expect(await refusalOf({ trustOnFirstUse, peer: 'constructor' }, OTHER)).toBeUndefined();
    expect(await refusalOf({ trustOnFirstUse, peer: '__proto__' }, OTHER)).toMatchObject({
      code: 'PATTERNS_PIN_CHANGED',
    });
    await trustOnFirstUse.remove('__proto__');
    expect(await refusalOf({ trustOnFirstUse, peer: '__proto__' }, OTHER)).toBeUndefined();
  });

  it('trusts one of two first contacts at once that are shown different keys', async () => {
    const rule: TrustRule = { trustOnFirstUse: createMemoryPinStore(), peer: 'shop' };
    const refusals = await Promise.all([refusalOf(rule, KEY), refusalOf(rule, OTHER)]);
    expect(refusals[0]).toBeUndefined();
    expect(refusals[1]).toMatchObject({ code: 'PATTERNS_PIN_CHANGED' });
  });

  it('passes on that the store is full', async () => {
    const trustOnFirstUse = createMemoryPinStore({ maximumPeers: 1 });
    await refusalOf({ trustOnFirstUse, peer: 'one' });
    expect(await refusalOf({ trustOnFirstUse, peer: 'two' })).toMatchObject({
      code: 'PATTERNS_PIN_STORE_FULL',
      retryable: false,
    });
  });

  const answers: Record<string, unknown> = {
    nothing: undefined,
    null: null,
    true: true,
    'an empty object': {},
    'the bare key': KEY,
    'a pin without bytes': { noiseKey: null, pinnedAtMs: 0 },
    'the right key as a list of numbers': { noiseKey: Array.from(KEY), pinnedAtMs: 0 },
    'the right key as text': { noiseKey: 'aa'.repeat(32), pinnedAtMs: 0 },
    'the right key cut short': { noiseKey: KEY.subarray(1), pinnedAtMs: 0 },
    'an empty key': { noiseKey: new Uint8Array(0), pinnedAtMs: 0 },
    'the right key with a byte too many': { noiseKey: new Uint8Array(33).fill(0xaa), pinnedAtMs: 0 },
  };
  for (const [name, answer] of Object.entries(answers)) {
    it(`refuses, without speaking of a changed key, if the store answers with ${name}`, async () => {
      const store = { ...createMemoryPinStore(), keep: async () => answer as Pin };
      const refusal = await refusalOf({ trustOnFirstUse: store, peer: 'shop' });
      expect(refusal).toBeInstanceOf(PatternsError);
      expect(refusal).toMatchObject({ code: 'PATTERNS_TRUST_FAILED', wireCode: 9000 });
    });
  }

  it('refuses if the store fails, and says why', async () => {
    const boom = new Error('disk full');
    const store = { ...createMemoryPinStore(), keep: () => Promise.reject(boom) };
    expect(await refusalOf({ trustOnFirstUse: store, peer: 'shop' })).toMatchObject({
      code: 'PATTERNS_TRUST_FAILED',
      cause: boom,
    });
  });

  it('keeps the proven key from a store that writes into what it is given', async () => {
    const remoteStatic = KEY.slice();
    const store: PinStore = {
      ...createMemoryPinStore(),
      async keep(_, given) {
        given.noiseKey.fill(0);
        return given;
      },
    };
    expect(await refusalOf({ trustOnFirstUse: store, peer: 'shop' }, remoteStatic)).toMatchObject({
      code: 'PATTERNS_PIN_CHANGED',
    });
    expect(remoteStatic).toEqual(KEY);
  });
});

describe('pinStoreConformance', () => {
  /** A store over a table of its own, with one thing wrong. */
  function faulty(change: (pins: Map<string, Pin>) => Partial<PinStore>): () => PinStore {
    return () => {
      const pins = new Map<string, Pin>();
      const own = ({ noiseKey, pinnedAtMs }: Pin): Pin => ({ noiseKey: noiseKey.slice(), pinnedAtMs });
      const keep = async (peer: string, given: Pin): Promise<Pin> => {
        const kept = pins.get(peer) ?? own(given);
        pins.set(peer, kept);
        return own(kept);
      };
      const get = async (peer: string): Promise<Pin | undefined> => {
        const kept = pins.get(peer);
        return kept && own(kept);
      };
      const remove = async (peer: string): Promise<void> => void pins.delete(peer);
      return { get, keep, remove, ...change(pins) };
    };
  }
  const verdicts = (create: () => PinStore) =>
    Promise.allSettled(pinStoreConformance.map(({ run }) => run(create)));

  it('accepts that store with nothing wrong', async () => {
    const outcomes = await verdicts(faulty(() => ({})));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  const stores: Record<string, () => PinStore> = {
    overwrites: faulty((pins) => ({
      keep: async (peer, given) => {
        pins.set(peer, { ...given, noiseKey: given.noiseKey.slice() });
        return { ...given, noiseKey: given.noiseKey.slice() };
      },
    })),
    'returns what was offered': faulty((pins) => ({
      keep: async (peer, given) => {
        if (!pins.has(peer)) pins.set(peer, { ...given, noiseKey: given.noiseKey.slice() });
        return given;
      },
    })),
    'asks first and keeps later': faulty((pins) => ({
      keep: async (peer, given) => {
        const known = pins.get(peer);
        await Promise.resolve();
        if (known === undefined) pins.set(peer, given);
        return known ?? given;
      },
    })),
    'hands out its own memory': faulty((pins) => ({ get: async (peer) => pins.get(peer) })),
    'never forgets': faulty(() => ({ remove: async () => {} })),
    'forgets everybody': faulty((pins) => ({ remove: async () => pins.clear() })),
    'rejects when there is nobody to remove': faulty((pins) => ({
      remove: async (peer) => {
        if (!pins.delete(peer)) throw new Error('no such peer');
      },
    })),
    'loses the time': faulty((pins) => ({
      get: async (peer) =>
        pins.get(peer) && { noiseKey: (pins.get(peer) as Pin).noiseKey.slice(), pinnedAtMs: 0 },
    })),
    'keeps pins as members of an object': faulty(() => {
      const pins: Record<string, Pin> = {};
      return {
        get: async (peer) => pins[peer],
        keep: async (peer, given) => {
          pins[peer] ??= { ...given, noiseKey: given.noiseKey.slice() };
          return pins[peer];
        },
      };
    }),
    'ignores case': faulty((pins) => ({
      keep: async (peer, given) => {
        const name = peer.toLowerCase();
        if (!pins.has(name)) pins.set(name, given);
        return pins.get(name) as Pin;
      },
      get: async (peer) => pins.get(peer.toLowerCase()),
    })),
  };
  for (const [name, create] of Object.entries(stores)) {
    it(`rejects a store that ${name}`, async () => {
      expect((await verdicts(create)).some(({ status }) => status === 'rejected')).toBe(true);
    });
  }
});
