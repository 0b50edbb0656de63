import { describe, expect, it } from 'vitest';
import {
  answerMessage,
  createMemoryReceiptStore,
  type MessageAnswer,
  type PaykitMessage,
  type PaykitReceipt,
  requestReceipt,
  serveChannel,
} from '../src/index.ts';
import { createMemoryChannelPair } from '../src/testing.ts';
import { answerOptions, clockAt, PAYER, receipt, rejected, settle } from './fixtures.ts';

describe('answerMessage', () => {
  it('refuses a confirmation nobody asked for and leaves the stored receipt alone (W-20)', async () => {
    const options = answerOptions();
    await answerMessage({ type: 'RequestReceipt', provisionalReceipt: receipt() }, options);
    const stored = options.store.all();
    const forged = receipt({ amount: '1', metadata: { invoice: 'mine' } });
    expect(await answerMessage({ type: 'ConfirmReceipt', receipt: forged }, options)).toMatchObject({
      outcome: 'refused',
      reason: 'UNSOLICITED',
      reply: { type: 'Error', code: 'UNSOLICITED' },
    });
    expect(options.store.all()).toEqual(stored);
  });

  it.each<PaykitMessage>([
    { type: 'Ack' },
    { type: 'Error', code: 'WRONG_PAYEE', message: '' },
    { type: 'OfferPrivateEndpoint', methodId: 'lightning', endpoint: 'lnbc1' },
    { type: 'Attestation', publicKey: PAYER, signature: new Uint8Array(64) },
  ])(
    'gives no reply to $type, so that nothing is taken for the answer to a request (W-28)',
    async (message) => {
      expect(await answerMessage(message, answerOptions())).toEqual({
        outcome: 'ignored',
        type: message.type,
      });
    },
  );
});

describe('serveChannel', () => {
  it('[F1] pays end to end: request, confirmation, both stored, repeats answered once', async () => {
    const [payerChannel, payeeChannel] = createMemoryChannelPair();
    const answers: MessageAnswer[] = [];
    const options = { ...answerOptions(), onAnswer: (answer: MessageAnswer) => answers.push(answer) };
    const served = serveChannel(payeeChannel, options);
    const store = createMemoryReceiptStore();
    const clock = clockAt();
    const first = await requestReceipt(payerChannel, receipt(), { store, clock });
    const second = await requestReceipt(payerChannel, receipt(), { store, clock });
    payerChannel.close();
    await served;
    expect(second).toEqual(first);
    expect(store.all()).toEqual(options.store.all());
    expect(answers.map((answer) => [answer.outcome, 'repeated' in answer && answer.repeated])).toEqual([
      ['confirmed', false],
      ['confirmed', true],
    ]);
  });

  it('ends after three payers that had to be looked up and were not the peer, each refused first (P8 W-05)', async () => {
    const [payerChannel, payeeChannel] = createMemoryChannelPair();
    let looked = 0;
    const verdicts = ['unverified', 'mismatch', 'unverified'] as const;
    const peer = () => verdicts[looked++] ?? 'unverified';
    const served = rejected(serveChannel(payeeChannel, { ...answerOptions(), peer }));
    const codes: string[] = [];
    for (let id = 0; id < 3; id++) {
      const provisionalReceipt = receipt({ receiptId: `receipt-${id}` });
      await payerChannel.send({ type: 'RequestReceipt', provisionalReceipt });
      const reply = await payerChannel.receive();
      codes.push(reply?.type === 'Error' ? reply.code : 'none');
    }
    expect(codes).toEqual(['PAYER_UNVERIFIED', 'WRONG_PAYER', 'PAYER_UNVERIFIED']);
    expect((await served).code).toBe('PAYKIT_TOO_MANY_REQUESTS');
    expect(looked).toBe(3);
  });

  it('[F3] tells the payer to come again where nothing is wrong with the request', async () => {
    const [payerChannel, payeeChannel] = createMemoryChannelPair();
    const broken = (): never => {
      throw new Error('the invoice service is down');
    };
    void serveChannel(payeeChannel, { ...answerOptions(), generateReceipt: broken });
    const asked = requestReceipt(payerChannel, receipt(), {
      store: createMemoryReceiptStore(),
      clock: clockAt(),
    });
    expect(await rejected(asked)).toMatchObject({
      code: 'PAYKIT_PEER_UNAVAILABLE',
      retryable: true,
      context: { peerCode: 'UNAVAILABLE' },
    });
    payerChannel.close();
  });

  it('[T6] finishes the answer it is at and those to what has come when it is told to close', async () => {
    const [payerChannel, payeeChannel] = createMemoryChannelPair();
    const closing = new AbortController();
    const options = { ...answerOptions(), closing: closing.signal };
    const generateReceipt = (request: PaykitReceipt) => {
      closing.abort();
      return request;
    };
    const served = serveChannel(payeeChannel, { ...options, generateReceipt });
    for (const receiptId of ['receipt-1', 'receipt-2']) {
      await payerChannel.send({ type: 'RequestReceipt', provisionalReceipt: receipt({ receiptId }) });
    }
    for (const receiptId of ['receipt-1', 'receipt-2']) {
      expect(await payerChannel.receive()).toMatchObject({ type: 'ConfirmReceipt', receipt: { receiptId } });
    }
    await settle();
    options.clock.advance(50);
    await served;
    expect(options.store.all()).toHaveLength(2);
    expect(options.clock.pending).toBe(0);
  });

  it('[T6] waits 50 ms for a silent peer when it is told to close, and no longer', async () => {
    const [payerChannel, payeeChannel] = createMemoryChannelPair();
    const closing = new AbortController();
    const options = { ...answerOptions(), closing: closing.signal };
    let ended = false;
    const served = serveChannel(payeeChannel, options).then(() => {
      ended = true;
    });
    await settle();
    closing.abort();
    options.clock.advance(49);
    await settle();
    expect(ended).toBe(false);
    await payerChannel.send({ type: 'Ack' });
    await settle();
    options.clock.advance(50);
    await served;
    expect(options.clock.pending).toBe(0);
  });

  it('[T6] answers at most 16 messages once it is told to close', async () => {
    let read = 0;
    const channel = {
      send: async () => {},
      async receive(): Promise<PaykitMessage> {
        read += 1;
        if (read > 20) throw new TypeError('nobody should read on');
        return { type: 'Ack' };
      },
    };
    await serveChannel(channel, { ...answerOptions(), closing: AbortSignal.abort() });
    expect(read).toBe(16);
  });

  it('[T6] ends at once, with an error, when it is cancelled while it closes', async () => {
    const [, payeeChannel] = createMemoryChannelPair();
    const controller = new AbortController();
    const options = { ...answerOptions(), closing: AbortSignal.abort(), signal: controller.signal };
    const served = serveChannel(payeeChannel, options);
    served.catch(() => {});
    await settle();
    controller.abort();
    expect((await rejected(served)).code).toBe('PAYKIT_CANCELLED');
    expect(options.clock.pending).toBe(0);
  });

  it('[T2] keeps the time itself, whatever the time-out of the channel', async () => {
    const asked: unknown[] = [];
    const channel = {
      send: async () => {},
      receive: async (options: unknown) => {
        asked.push(options);
        return undefined;
      },
    };
    await serveChannel(channel, { ...answerOptions(), messageTimeoutMs: 600_000 });
    expect(asked).toEqual([expect.objectContaining({ timeoutMs: Number.POSITIVE_INFINITY })]);
  });

  it('[F3] tells the payer why it refuses', async () => {
    const [payerChannel, payeeChannel] = createMemoryChannelPair();
    void serveChannel(payeeChannel, answerOptions());
    const asked = requestReceipt(payerChannel, receipt({ payee: PAYER }), {
      store: createMemoryReceiptStore(),
    });
    expect(await rejected(asked)).toMatchObject({
      code: 'PAYKIT_REFUSED_BY_PEER',
      context: { peerCode: 'WRONG_PAYEE' },
    });
    payerChannel.close();
  });

  it('[F3] answers what it cannot read with BAD_MESSAGE and ends', async () => {
    const [payerChannel, payeeChannel] = createMemoryChannelPair();
    const served = serveChannel(payeeChannel, answerOptions());
    await payerChannel.bytes.send(new TextEncoder().encode('{"type":"Nack"}'));
    expect(await payerChannel.receive()).toMatchObject({ type: 'Error', code: 'BAD_MESSAGE' });
    expect((await rejected(served)).code).toBe('PAYKIT_UNKNOWN_MESSAGE');
  });

  it('ends after 60 s without a message (W-08)', async () => {
    const [, payeeChannel] = createMemoryChannelPair();
    const options = answerOptions();
    const served = serveChannel(payeeChannel, options);
    served.catch(() => {});
    await settle();
    options.clock.advance(59_999);
    await settle();
    options.clock.advance(1);
    expect(await rejected(served)).toMatchObject({
      code: 'PAYKIT_TIMED_OUT',
      context: { what: 'the next message' },
    });
    expect(options.clock.pending).toBe(0);
  });
});
