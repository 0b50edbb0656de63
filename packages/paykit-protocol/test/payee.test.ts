import type { LogFields } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  type AnswerOptions,
  answerRequest,
  createMemoryReceiptStore,
  encodeMessage,
  type NegotiationStep,
  type PaykitReceipt,
  REFUSALS,
  type RefusedAnswer,
} from '../src/index.ts';
import {
  answerOptions,
  clockAt,
  NOW_SECONDS,
  PAYEE,
  PAYER,
  receipt,
  rejected,
  STRANGER,
  settle,
} from './fixtures.ts';

const answer = (changes: Partial<PaykitReceipt>, options: AnswerOptions = answerOptions()) =>
  answerRequest({ type: 'RequestReceipt', provisionalReceipt: receipt(changes) }, options);

describe('answerRequest', () => {
  it('[P2] confirms a good request with the generated receipt, stored before it is returned', async () => {
    const steps: NegotiationStep[] = [];
    const options = { ...answerOptions(), observer: (step: NegotiationStep) => steps.push(step) };
    const result = await answer({}, options);
    const final = receipt({ metadata: { invoice: 'INV-1' } });
    expect(result).toEqual({
      outcome: 'confirmed',
      receipt: final,
      repeated: false,
      reply: { type: 'ConfirmReceipt', receipt: final },
    });
    expect(options.store.all()).toEqual([final]);
    expect(steps.map((step) => step.to)).toEqual(['checking', 'generating', 'storing', 'confirmed']);
  });

  it.each<[string, string, Partial<PaykitReceipt>, Partial<AnswerOptions>]>([
    ['another payee (W-18)', 'WRONG_PAYEE', { payee: STRANGER }, {}],
    ['another payer than the peer (W-18)', 'WRONG_PAYER', { payer: STRANGER }, {}],
    ['the payer, whom another peer claims to be (W-18)', 'WRONG_PAYER', {}, { peer: STRANGER }],
    ['a method that is not published', 'UNKNOWN_METHOD', { methodId: 'onchain' }, {}],
    ['a method that is no own name', 'UNKNOWN_METHOD', { methodId: '__proto__' }, {}],
    ['the amount 0', 'BAD_AMOUNT', { amount: '0' }, {}],
    ['a negative amount', 'BAD_AMOUNT', { amount: '-1000' }, {}],
    ['an amount with an exponent', 'BAD_AMOUNT', { amount: '1e3' }, {}],
    ['an empty amount', 'BAD_AMOUNT', { amount: '' }, {}],
    ['an amount that rounds to zero as a number', 'BAD_AMOUNT', { amount: `0.${'0'.repeat(40)}1` }, {}],
    ['no amount where one is required', 'BAD_AMOUNT', { amount: undefined }, { amountRequired: true }],
    ['a time too far ahead', 'BAD_TIME', { createdAt: NOW_SECONDS + 301 }, {}],
    ['a time too long ago', 'BAD_TIME', { createdAt: NOW_SECONDS - 86_401 }, {}],
    ['the time 0', 'BAD_TIME', { createdAt: 0 }, {}],
    [
      'a time beyond all calendars',
      'BAD_TIME',
      { createdAt: Number.MAX_SAFE_INTEGER },
      { maxAgeSeconds: Infinity },
    ],
  ])('[P2] refuses %s with %s, asks nobody and stores nothing', async (_, reason, changes, own) => {
    const generateReceipt = () => {
      throw new TypeError('must not be called');
    };
    const store = createMemoryReceiptStore();
    const result = await answer(changes, { ...answerOptions(), generateReceipt, store, ...own });
    expect(result).toEqual({
      outcome: 'refused',
      reason,
      reply: { type: 'Error', code: reason, message: REFUSALS[reason as keyof typeof REFUSALS].message },
    });
    expect(store.all()).toEqual([]);
  });

  it.each<[string, Partial<PaykitReceipt>, Partial<AnswerOptions>]>([
    ['no amount', { amount: undefined, currency: undefined }, {}],
    ['an amount beyond the doubles', { amount: '79228162514264337593543950335' }, {}],
    ['the smallest amount', { amount: `0.${'0'.repeat(27)}1` }, {}],
    ['300 s ahead', { createdAt: NOW_SECONDS + 300 }, {}],
    ['a day ago', { createdAt: NOW_SECONDS - 86_400 }, {}],
    ['any age if that is allowed', { createdAt: 0 }, { maxAgeSeconds: Infinity }],
    ['null metadata', { metadata: null }, {}],
  ])('confirms a request with %s', async (_, changes, own) => {
    expect((await answer(changes, { ...answerOptions(), ...own })).outcome).toBe('confirmed');
  });

  it('answers a repeat with the same confirmation and asks the generator once', async () => {
    let calls = 0;
    const options: AnswerOptions = {
      ...answerOptions(),
      generateReceipt: (request) => ({ ...request, metadata: { invoice: `INV-${++calls}` } }),
    };
    const first = await answer({}, options);
    // Neither the clock nor the published methods count for a repeat.
    const later = { ...options, clock: clockAt(NOW_SECONDS + 1_000_000), methods: new Set<string>() };
    expect(await answer({}, later)).toEqual({ ...first, repeated: true });
    expect(calls).toBe(1);
  });

  it.each<Partial<PaykitReceipt>>([
    { amount: '1' },
    { methodId: 'onchain' },
    { currency: 'USD' },
    { createdAt: NOW_SECONDS + 1 },
    { metadata: { note: 'new' } },
  ])('refuses the same id with other terms (%o), and leaves the stored receipt', async (changes) => {
    const options = { ...answerOptions(), methods: new Set(['lightning', 'onchain']) };
    await answer({}, options);
    const stored = options.store.all();
    expect(await answer(changes, options)).toMatchObject({ outcome: 'refused', reason: 'DUPLICATE_ID' });
    expect(options.store.all()).toEqual(stored);
  });

  it('keeps the ids of two payers apart (W-20)', async () => {
    const options = answerOptions();
    await answer({}, options);
    const other = await answer({ payer: STRANGER, amount: '5' }, { ...options, peer: STRANGER });
    expect(other.outcome).toBe('confirmed');
    expect(options.store.all()).toHaveLength(2);
  });

  it('gives two requests at once the same confirmation', async () => {
    let calls = 0;
    const options: AnswerOptions = {
      ...answerOptions(),
      generateReceipt: async (request) => ({ ...request, metadata: { invoice: `INV-${++calls}` } }),
    };
    const [first, second] = await Promise.all([answer({}, options), answer({}, options)]);
    expect(calls).toBe(2);
    expect(second).toEqual(first);
    expect((options.store as ReturnType<typeof createMemoryReceiptStore>).all()).toHaveLength(1);
  });

  it('says DECLINED if the application declines', async () => {
    const result = await answer({}, { ...answerOptions(), generateReceipt: () => undefined });
    expect(result).toMatchObject({ outcome: 'refused', reason: 'DECLINED' });
  });

  it('[F3] says UNAVAILABLE and nothing of the inner error if something fails (W-21)', async () => {
    const secret = new TypeError('postgres://user:hunter2@10.0.0.1 refused');
    const fail = () => Promise.reject(secret);
    const failures: readonly [Partial<AnswerOptions>, string][] = [
      [{ generateReceipt: fail }, 'PAYKIT_GENERATOR_FAILED'],
      [
        {
          generateReceipt: () => {
            throw secret;
          },
        },
        'PAYKIT_GENERATOR_FAILED',
      ],
      [{ store: { get: fail, keep: fail } }, 'PAYKIT_STORE_FAILED'],
      [{ store: { get: async () => undefined, keep: fail } }, 'PAYKIT_STORE_FAILED'],
      [{ methods: { has: fail } }, 'PAYKIT_LOOKUP_FAILED'],
    ];
    for (const [own, code] of failures) {
      const result = (await answer({}, { ...answerOptions(), ...own })) as RefusedAnswer;
      expect(result.reason).toBe('UNAVAILABLE');
      expect(result.cause).toMatchObject({ code, cause: secret });
      expect(new TextDecoder().decode(encodeMessage(result.reply))).toBe(
        '{"type":"Error","payload":{"code":"UNAVAILABLE","message":"The receipt could not be made now. The same request may be sent again."}}',
      );
      expect(JSON.stringify(result.cause)).not.toContain('hunter2');
    }
  });

  it.each<[string, (request: PaykitReceipt) => PaykitReceipt]>([
    ['another amount', (request) => ({ ...request, amount: '1' })],
    ['other parties', (request) => ({ ...request, payer: request.payee })],
    ['metadata without the request’s', (request) => ({ ...request, metadata: { invoice: 'x' } })],
    [
      'metadata that is too large',
      (request) => ({ ...request, metadata: { note: 'tea', invoice: 'x'.repeat(40_000) } }),
    ],
  ])(
    '[P2] never confirms %s than was asked, whatever the generator makes (W-19)',
    async (_, generateReceipt) => {
      const options = { ...answerOptions(), generateReceipt };
      const result = await answer({ metadata: { note: 'tea' } }, options);
      expect(result).toMatchObject({
        outcome: 'refused',
        reason: 'UNAVAILABLE',
        cause: { code: 'PAYKIT_GENERATOR_FAILED' },
      });
      expect(options.store.all()).toEqual([]);
    },
  );

  it('checks the answer against the request, not against what the generator did to its copy', async () => {
    const result = await answer(
      {},
      {
        ...answerOptions(),
        generateReceipt: (request) => Object.assign(request, { amount: '1' }),
      },
    );
    expect(result).toMatchObject({ reason: 'UNAVAILABLE' });
  });

  it('answers within 20 s even if the generator never does, and tells it to stop (W-21)', async () => {
    const clock = clockAt();
    let stopped = false;
    const result = answer(
      {},
      {
        ...answerOptions(),
        clock,
        generateReceipt: (_, { signal }) => {
          signal.addEventListener('abort', () => {
            stopped = true;
          });
          return new Promise<never>(() => {});
        },
      },
    );
    await settle();
    clock.advance(20_000);
    expect(await result).toMatchObject({ reason: 'UNAVAILABLE', cause: { code: 'PAYKIT_TIMED_OUT' } });
    expect(stopped).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('throws only when it is cancelled', async () => {
    const controller = new AbortController();
    const generateReceipt = () => new Promise<never>(() => {});
    const result = answer({}, { ...answerOptions(), generateReceipt, signal: controller.signal });
    result.catch(() => {});
    await settle();
    controller.abort();
    expect((await rejected(result)).code).toBe('PAYKIT_CANCELLED');
  });

  it('[S1.1] logs the first 8 bytes of the peer’s key, and no terminal codes of a peer (W-56)', async () => {
    const lines: [string, LogFields | undefined][] = [];
    const note = (message: string, fields?: LogFields) => lines.push([message, fields]);
    const logger = { debug: note, info: note, warn: note, error: note };
    await answer({ receiptId: 'r\u001b[2J' }, { ...answerOptions(), logger });
    await answer({ payee: PAYER }, { ...answerOptions(), logger });
    const peer = '8a88e3dd7409f195';
    expect(lines).toEqual([
      ['payment request confirmed', { peer, receiptId: 'r??2J', repeated: false }],
      ['payment request refused', { peer, receiptId: 'receipt-1', reason: 'WRONG_PAYEE', cause: undefined }],
    ]);
    expect(PAYEE).toHaveLength(32);
  });
});
