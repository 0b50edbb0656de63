import type { LogFields } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  answerRequest,
  createMemoryReceiptStore,
  type NoteOptions,
  noteRequest,
  type PaykitReceipt,
  type ReceiptStore,
} from '../src/index.ts';
import { turnsOf } from '../src/turns.ts';
import {
  answerOptions,
  clockAt,
  NOW_SECONDS,
  noteOptions,
  PAYEE,
  PAYER,
  receipt,
  rejected,
  STRANGER,
  settle,
  untouchable,
} from './fixtures.ts';

const requestOf = (changes: Partial<PaykitReceipt> = {}) =>
  ({ type: 'RequestReceipt', provisionalReceipt: receipt(changes) }) as const;
const note = (changes: Partial<PaykitReceipt> = {}, options: NoteOptions = noteOptions()) =>
  noteRequest(requestOf(changes), options);

describe('noteRequest', () => {
  it('[S3.1] notes a request as it came, its payer unverified, and makes no reply (P8 W-06)', async () => {
    const options = noteOptions();
    const result = await note({}, options);
    // Exactly these members: nothing in it can be taken for a confirmation.
    expect(result).toEqual({ outcome: 'noted', receipt: receipt(), payerVerified: false });
    expect(options.requests.all()).toEqual([receipt()]);
  });

  it.each<[string, string, Partial<PaykitReceipt>, Partial<NoteOptions>]>([
    ['another payee (W-18)', 'WRONG_PAYEE', { payee: STRANGER }, {}],
    ['a method that is not published (W-18)', 'UNKNOWN_METHOD', { methodId: 'onchain' }, {}],
    ['a negative amount (W-18)', 'BAD_AMOUNT', { amount: '-1' }, {}],
    ['no amount where one is required', 'BAD_AMOUNT', { amount: undefined }, { amountRequired: true }],
    ['a time too far ahead', 'BAD_TIME', { createdAt: NOW_SECONDS + 301 }, {}],
    ['a stale time (W-58)', 'BAD_TIME', { createdAt: NOW_SECONDS - 86_401 }, {}],
    ['a time staler than allowed (W-58)', 'BAD_TIME', { createdAt: NOW_SECONDS - 61 }, { maxAgeSeconds: 60 }],
  ])('[S3.3] refuses %s with %s and asks no store', async (_, reason, changes, own) => {
    expect(await note(changes, { ...noteOptions(), requests: untouchable, ...own })).toEqual({
      outcome: 'refused',
      reason,
    });
  });

  it('notes whoever is named, for anyone may have written that (P8 W-06)', async () => {
    const options = noteOptions();
    for (const payer of [PAYER, STRANGER]) {
      expect(await note({ payer }, options)).toMatchObject({ payerVerified: false });
    }
    expect(options.requests.all()).toHaveLength(2);
  });

  it('reports a copy as repeated and never as new (P8 W-58)', async () => {
    const options = noteOptions();
    await note({}, options);
    for (let i = 0; i < 3; i++) {
      expect(await note({}, options)).toEqual({
        outcome: 'repeated',
        receipt: receipt(),
        payerVerified: false,
      });
    }
    expect(options.requests.all()).toHaveLength(1);
  });

  it('reports one of many copies at once as new, in one store (P8 W-58)', async () => {
    const options = noteOptions();
    const notes = await Promise.all(Array.from({ length: 5 }, () => note({}, { ...options })));
    expect(notes.map(({ outcome }) => outcome).sort()).toEqual(['noted', ...Array(4).fill('repeated')]);
    expect(await note({})).toMatchObject({ outcome: 'noted' });
  });

  it('refuses a copy that has become stale, even if the store has forgotten the first (P8 W-58)', async () => {
    const options = { ...noteOptions(), clock: clockAt(NOW_SECONDS + 86_401) };
    await note({}, { ...options, clock: clockAt() });
    const stale = { outcome: 'refused', reason: 'BAD_TIME' };
    expect(await note({}, options)).toEqual(stale);
    expect(await note({}, { ...options, requests: createMemoryReceiptStore() })).toEqual(stale);
  });

  it.each<Partial<PaykitReceipt>>([
    { amount: '1' },
    { currency: 'USD' },
    { createdAt: NOW_SECONDS + 1 },
    { metadata: { note: 'new' } },
    { metadata: null },
  ])('refuses the same id with other terms (%o), and leaves the noted request', async (changes) => {
    const options = noteOptions();
    const first = receipt({ metadata: { note: 'tea' } });
    await note(first, options);
    expect(await note(changes, options)).toEqual({ outcome: 'refused', reason: 'DUPLICATE_ID' });
    expect(options.requests.all()).toEqual([first]);
  });

  it('refuses what another process has stored meanwhile under the same id', async () => {
    const requests: ReceiptStore = {
      get: async () => undefined,
      keep: async () => receipt({ amount: '2' }),
    };
    expect(await note({}, { ...noteOptions(), requests })).toEqual({
      outcome: 'refused',
      reason: 'DUPLICATE_ID',
    });
  });

  it('leaves the store of receipts alone: a noted request is new to the payee who is asked for real (P8 W-06)', async () => {
    const options = answerOptions();
    await note();
    expect(await answerRequest(requestOf(), options)).toMatchObject({
      outcome: 'confirmed',
      repeated: false,
    });
  });

  it('[F3] says UNAVAILABLE with the reason inside if a look-up or the store fails', async () => {
    const broken = new TypeError('disk is full');
    const fail = () => Promise.reject(broken);
    const failures: readonly [Partial<NoteOptions>, string][] = [
      [{ methods: { has: fail } }, 'PAYKIT_LOOKUP_FAILED'],
      [{ requests: { get: fail, keep: fail } }, 'PAYKIT_STORE_FAILED'],
      [{ requests: { get: async () => undefined, keep: fail } }, 'PAYKIT_STORE_FAILED'],
    ];
    for (const [own, code] of failures) {
      expect(await note({}, { ...noteOptions(), ...own })).toMatchObject({
        outcome: 'refused',
        reason: 'UNAVAILABLE',
        cause: { code, cause: broken },
      });
    }
    const full = { ...noteOptions(), requests: createMemoryReceiptStore({ capacity: 1 }) };
    await note({ receiptId: 'first' }, full);
    expect(await note({}, full)).toMatchObject({ reason: 'UNAVAILABLE' });
  });

  it('notes a copy after the first has failed', async () => {
    const { requests } = noteOptions();
    let failures = 1;
    const flaky: ReceiptStore = {
      get: requests.get,
      keep: (kept) => (failures-- > 0 ? Promise.reject(new TypeError('busy')) : requests.keep(kept)),
    };
    const options = { ...noteOptions(), requests: flaky };
    const [first, second] = await Promise.all([note({}, options), note({}, options)]);
    expect(first).toMatchObject({ outcome: 'refused', reason: 'UNAVAILABLE' });
    expect(second).toMatchObject({ outcome: 'noted' });
  });

  it('ends within 20 s though the store never answers, and stores nothing after that', async () => {
    let answer: (stored: undefined) => void = () => {};
    const kept: PaykitReceipt[] = [];
    const requests: ReceiptStore = {
      get: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
      keep: async (request) => {
        kept.push(request);
        return request;
      },
    };
    const options = { ...noteOptions(), requests };
    const result = note({}, options);
    await settle();
    options.clock.advance(20_000);
    expect(await result).toMatchObject({ reason: 'UNAVAILABLE', cause: { code: 'PAYKIT_TIMED_OUT' } });
    answer(undefined);
    await settle();
    expect(kept).toEqual([]);
    expect(options.clock.pending).toBe(0);
  });

  it('keeps nothing of a request once it is dealt with: strangers choose the ids', async () => {
    const { requests } = noteOptions();
    for (let i = 0; i < 10; i++) {
      const receiptId = `receipt-${i}`;
      const options = { ...noteOptions(), requests };
      await Promise.all([note({ receiptId }, options), note({ receiptId }, options)]);
      await note({ receiptId, amount: '2' }, options);
    }
    expect(requests.all()).toHaveLength(10);
    expect(turnsOf(requests).size).toBe(0);
  });

  it('gives up a copy whose turn does not come in time, and lets the next one try', async () => {
    let hangs = true;
    const { requests } = noteOptions();
    const hanging: ReceiptStore = {
      get: (key) => (hangs ? new Promise<never>(() => {}) : requests.get(key)),
      keep: requests.keep,
    };
    const options = { ...noteOptions(), requests: hanging };
    const notes = Array.from({ length: 5 }, () => note({}, options));
    await settle();
    expect(turnsOf(hanging).waiting).toBe(4);
    options.clock.advance(20_000);
    for (const result of await Promise.all(notes)) {
      expect(result).toMatchObject({ reason: 'UNAVAILABLE', cause: { code: 'PAYKIT_TIMED_OUT' } });
    }
    expect([turnsOf(hanging).size, turnsOf(hanging).waiting, options.clock.pending]).toEqual([0, 0, 0]);
    hangs = false;
    expect(await note({}, options)).toMatchObject({ outcome: 'noted' });
  });

  it('throws only when it is cancelled', async () => {
    const controller = new AbortController();
    const requests = { ...untouchable, get: () => new Promise<never>(() => {}) };
    const result = note({}, { ...noteOptions(), requests, signal: controller.signal });
    result.catch(() => {});
    await settle();
    controller.abort();
    expect((await rejected(result)).code).toBe('PAYKIT_CANCELLED');
  });

  it('[S1.1] logs the payer as claimed only, by 8 bytes (P8 W-06, W-56)', async () => {
    const lines: [string, LogFields | undefined][] = [];
    const line = (text: string, fields?: LogFields) => lines.push([text, fields]);
    const options = { ...noteOptions(), logger: { debug: line, info: line, warn: line, error: line } };
    await note({ receiptId: 'r\u001b[2J' }, options);
    await note({ payee: PAYER }, options);
    const claimedPayer = '8a88e3dd7409f195';
    expect(lines).toEqual([
      ['one-way request noted', { claimedPayer, receiptId: 'r??2J', payerVerified: false }],
      ['one-way request refused', { claimedPayer, receiptId: 'receipt-1', reason: 'WRONG_PAYEE' }],
    ]);
    expect(PAYEE).toHaveLength(32);
  });
});
