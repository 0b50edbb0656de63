import type { CancelSignal, LogFields } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  type AnswerOptions,
  answerRequest,
  createMemoryReceiptStore,
  encodeMessage,
  type NegotiationStep,
  type PayerVerdict,
  REFUSALS,
  type RefusalCode,
  requestReceipt,
  serveChannel,
  type VerifyPayer,
} from '../src/index.ts';
import { createMemoryChannelPair } from '../src/testing.ts';
import { answerOptions, PAYER, receipt, rejected, STRANGER, settle, untouchable } from './fixtures.ts';

const message = { type: 'RequestReceipt', provisionalReceipt: receipt() } as const;

/** Options that fail loudly if anything is generated, stored or even looked for. */
const nothingAllowed = (peer: AnswerOptions['peer']) => ({
  ...answerOptions(),
  peer,
  store: untouchable,
  generateReceipt: () => {
    throw new TypeError('must not be generated');
  },
});

describe('VerifyPayer', () => {
  it('[S3.1] lets a request of a verified payer go on as if the session had proven it', async () => {
    const options = answerOptions();
    const verified = await answerRequest(message, { ...options, peer: () => 'verified' });
    expect(verified).toMatchObject({ outcome: 'confirmed', repeated: false });
    expect(options.store.all()).toHaveLength(1);
    expect(verified).toEqual(await answerRequest(message, answerOptions()));
  });

  it.each<[PayerVerdict, RefusalCode]>([
    ['mismatch', 'WRONG_PAYER'],
    ['unverified', 'PAYER_UNVERIFIED'],
  ])(
    '[S3.3] has a request refused for %s with %s, without generating or storing (P8 W-05, W-16)',
    async (verdict, reason) => {
      const steps: NegotiationStep[] = [];
      const options = {
        ...nothingAllowed(async () => verdict),
        observer: (step: NegotiationStep) => steps.push(step),
      };
      expect(await answerRequest(message, options)).toEqual({
        outcome: 'refused',
        reason,
        reply: { type: 'Error', code: reason, message: REFUSALS[reason].message },
      });
      expect(steps.map((step) => step.to)).toEqual(['checking', 'refused']);
    },
  );

  it.each([
    undefined,
    null,
    true,
    1,
    '',
    'Verified',
    ' verified',
    ['verified'],
    { verdict: 'verified' },
    new String('verified'),
  ])('takes %o for no proof (P8 W-05)', async (verdict) => {
    const peer = (() => verdict) as unknown as VerifyPayer;
    expect(await answerRequest(message, nothingAllowed(peer))).toMatchObject({
      outcome: 'refused',
      reason: 'PAYER_UNVERIFIED',
    });
  });

  it('[F3] has the payer try again if it throws, and says nothing of the reason (P8 W-05)', async () => {
    const offline = new TypeError('resolver 10.0.0.7 is down');
    const throwing = () => {
      throw offline;
    };
    for (const peer of [throwing, () => Promise.reject(offline)]) {
      const answer = await answerRequest(message, nothingAllowed(peer));
      expect(answer).toMatchObject({
        outcome: 'refused',
        reason: 'UNAVAILABLE',
        cause: { code: 'PAYKIT_LOOKUP_FAILED', context: { what: 'payer' }, cause: offline },
      });
      expect(new TextDecoder().decode(encodeMessage(answer.reply))).not.toContain('10.0.0.7');
    }
  });

  it('stands before the store: a stored confirmation is not shown to an unverified peer (P8 W-05, W-18)', async () => {
    const options = answerOptions();
    await answerRequest(message, options);
    const asked: string[] = [];
    const store = {
      get: async () => {
        asked.push('get');
        return receipt();
      },
      keep: untouchable.keep,
    };
    const repeat = (verdict: PayerVerdict, changes = {}) =>
      answerRequest(
        { type: 'RequestReceipt', provisionalReceipt: receipt(changes) },
        { ...options, store, peer: () => verdict },
      );
    const refused = await repeat('unverified');
    expect(refused).toMatchObject({ outcome: 'refused', reason: 'PAYER_UNVERIFIED' });
    // Nor does the answer betray whether there is one under that id.
    expect(await repeat('unverified', { amount: '5' })).toEqual(refused);
    expect(await repeat('unverified', { receiptId: 'receipt-2' })).toEqual(refused);
    expect(asked).toEqual([]);
    expect(await repeat('verified')).toMatchObject({ outcome: 'confirmed', repeated: true });
  });

  it('is asked anew for each request: the verdict of one payer is no proof of another', async () => {
    const asked: Uint8Array[] = [];
    const peer: VerifyPayer = (claimed) => {
      asked.push(claimed);
      return asked.length === 1 ? 'verified' : 'mismatch';
    };
    const options = { ...answerOptions(), peer };
    expect((await answerRequest(message, options)).outcome).toBe('confirmed');
    const other = {
      type: 'RequestReceipt',
      provisionalReceipt: receipt({ receiptId: 'r', payer: STRANGER }),
    } as const;
    expect(await answerRequest(other, options)).toMatchObject({ reason: 'WRONG_PAYER' });
    expect(asked).toEqual([PAYER, STRANGER]);
  });

  it('gets a copy of the claim, and changes nothing by writing into it', async () => {
    const payer = Buffer.from(PAYER);
    const peer: VerifyPayer = (claimed) => {
      claimed.fill(0);
      return 'verified';
    };
    const request = { type: 'RequestReceipt', provisionalReceipt: receipt({ payer }) } as const;
    const answer = await answerRequest(request, { ...answerOptions(), peer });
    expect(answer).toMatchObject({ outcome: 'confirmed', receipt: { payer: PAYER } });
  });

  it('is not asked about a request for another payee', async () => {
    const peer = () => {
      throw new TypeError('must not be asked');
    };
    const request = { type: 'RequestReceipt', provisionalReceipt: receipt({ payee: STRANGER }) } as const;
    expect(await answerRequest(request, nothingAllowed(peer))).toMatchObject({ reason: 'WRONG_PAYEE' });
  });

  it('has 20 s together with everything else, and is told to stop (P8 W-21)', async () => {
    let told: CancelSignal | undefined;
    const options = nothingAllowed((_, { signal }) => {
      told = signal;
      return new Promise<never>(() => {});
    });
    const answer = answerRequest(message, options);
    await settle();
    options.clock.advance(19_999);
    expect(told?.aborted).toBe(false);
    options.clock.advance(1);
    expect(await answer).toMatchObject({ reason: 'UNAVAILABLE', cause: { code: 'PAYKIT_TIMED_OUT' } });
    expect(told?.aborted).toBe(true);
    expect(options.clock.pending).toBe(0);
  });

  it('is too late once the wait is over: what it says then confirms nothing', async () => {
    let decide: (verdict: PayerVerdict) => void = () => {};
    const options = nothingAllowed(
      () =>
        new Promise<PayerVerdict>((resolve) => {
          decide = resolve;
        }),
    );
    const controller = new AbortController();
    const answer = answerRequest(message, { ...options, signal: controller.signal });
    answer.catch(() => {});
    await settle();
    controller.abort();
    decide('verified');
    await settle();
    expect((await rejected(answer)).code).toBe('PAYKIT_CANCELLED');
  });

  it('[S1.1] has logs call the payer claimed until it is proven', async () => {
    const lines: [string, LogFields | undefined][] = [];
    const note = (text: string, fields?: LogFields) => lines.push([text, fields]);
    const logger = { debug: note, info: note, warn: note, error: note };
    const options = { ...answerOptions(), logger };
    await answerRequest(message, { ...options, peer: () => 'unverified' });
    await answerRequest(message, { ...options, peer: () => 'verified' });
    await answerRequest(message, { ...options, peer: STRANGER });
    const [payer, receiptId] = ['8a88e3dd7409f195', 'receipt-1'];
    expect(lines).toEqual([
      ['payment request refused', { claimedPayer: payer, receiptId, reason: 'PAYER_UNVERIFIED' }],
      ['payment request confirmed', { peer: payer, receiptId, repeated: false }],
      ['payment request refused', { peer: 'ea4a6c63e29c520a', receiptId, reason: 'WRONG_PAYER' }],
    ]);
  });

  it('[F3] tells the payer over the channel, who stores nothing', async () => {
    const [payerChannel, payeeChannel] = createMemoryChannelPair();
    const served = serveChannel(
      payeeChannel,
      nothingAllowed(() => 'unverified'),
    );
    const store = createMemoryReceiptStore();
    const asked = requestReceipt(payerChannel, receipt(), { store });
    expect(await rejected(asked)).toMatchObject({
      code: 'PAYKIT_REFUSED_BY_PEER',
      context: { peerCode: 'PAYER_UNVERIFIED', peerMessage: REFUSALS.PAYER_UNVERIFIED.message },
    });
    payerChannel.close();
    await served;
    expect(store.all()).toEqual([]);
  });
});
