import { describe, expect, it } from 'vitest';
import {
  createMemoryReceiptStore,
  type MessageChannel,
  type NegotiationStep,
  PaykitError,
  type PaykitMessage,
  type PaykitReceipt,
  requestReceipt,
} from '../src/index.ts';
import { createMemoryChannelPair, type MemoryChannel } from '../src/testing.ts';
import { clockAt, PAYEE, PAYER, receipt, rejected, STRANGER, settle } from './fixtures.ts';

const request = receipt({ metadata: { note: 'tea' } });
const confirmed = receipt({ metadata: { note: 'tea', invoice: 'INV-1' } });
const confirm = (changes: Partial<PaykitReceipt> = {}): PaykitMessage => ({
  type: 'ConfirmReceipt',
  receipt: { ...confirmed, ...changes },
});

/** A payer that waits for the messages of a payee who sends `replies`. */
function exchange(replies: readonly PaykitMessage[], options: { maxAcks?: number } = {}) {
  const [payer, payee] = createMemoryChannelPair();
  const store = createMemoryReceiptStore();
  const clock = clockAt();
  const steps: NegotiationStep[] = [];
  const controller = new AbortController();
  const result = requestReceipt(payer, request, {
    store,
    clock,
    signal: controller.signal,
    observer: (step) => steps.push(step),
    ...options,
  });
  result.catch(() => {});
  for (const reply of replies) void payee.send(reply);
  return { result, store, clock, payer, payee, controller, states: () => steps.map((step) => step.to) };
}

const ack: PaykitMessage = { type: 'Ack' };

describe('requestReceipt', () => {
  it('[P2] sends the request, and stores the confirmation before it returns it', async () => {
    const { result, store, payee, clock, states } = exchange([confirm()]);
    expect(await payee.receive()).toEqual({ type: 'RequestReceipt', provisionalReceipt: request });
    expect(await result).toEqual(confirmed);
    expect(store.all()).toEqual([confirmed]);
    expect(states()).toEqual(['requested', 'accepted', 'confirmed']);
    expect(clock.pending).toBe(0);
  });

  it.each<[keyof PaykitReceipt, Partial<PaykitReceipt>]>([
    ['receiptId', { receiptId: 'receipt-2' }],
    ['payer', { payer: STRANGER }],
    ['payee', { payee: PAYER }],
    ['methodId', { methodId: 'onchain' }],
    ['amount', { amount: '9999' }],
    ['amount', { amount: undefined }],
    ['currency', { currency: 'BTC' }],
    ['createdAt', { createdAt: 1 }],
    ['metadata', { metadata: { invoice: 'INV-1' } }],
  ])('[P2] refuses a confirmation that differs in %s, and stores nothing (W-19)', async (field, changes) => {
    const { result, store, states } = exchange([confirm(changes)]);
    expect(await rejected(result)).toMatchObject({
      code: 'PAYKIT_CONFIRMATION_MISMATCH',
      context: { field },
    });
    expect(store.all()).toEqual([]);
    expect(states()).toEqual(['requested', 'failed']);
  });

  it('passes over three Acks and no more (W-28)', async () => {
    expect(await exchange([ack, ack, ack, confirm()]).result).toEqual(confirmed);
    const { result, states } = exchange([ack, ack, ack, ack, confirm()]);
    expect(await rejected(result)).toMatchObject({ code: 'PAYKIT_TOO_MANY_ACKS', context: { maximum: 3 } });
    expect(states().at(-1)).toBe('failed');
    expect((await rejected(exchange([ack, confirm()], { maxAcks: 0 }).result)).code).toBe(
      'PAYKIT_TOO_MANY_ACKS',
    );
  });

  it('[F3] gives the code and text of a refusal, bounded and without control characters', async () => {
    const { result, states } = exchange([
      { type: 'Error', code: 'NO\u001b[2J', message: `line\nline\u202e${'😀'.repeat(500)}` },
    ]);
    const error = await rejected(result);
    expect(error).toMatchObject({
      code: 'PAYKIT_REFUSED_BY_PEER',
      context: { peerCode: 'NO??2J', peerMessage: `line line ${'😀'.repeat(190)}` },
    });
    expect(states()).toEqual(['requested', 'refused']);
  });

  it.each<[string, PaykitMessage]>([
    ['RequestReceipt', { type: 'RequestReceipt', provisionalReceipt: request }],
    ['OfferPrivateEndpoint', { type: 'OfferPrivateEndpoint', methodId: 'm', endpoint: 'e' }],
    ['Attestation', { type: 'Attestation', publicKey: PAYEE, signature: new Uint8Array(64) }],
  ])('refuses a %s in place of the confirmation', async (type, message) => {
    const { result } = exchange([message]);
    expect(await rejected(result)).toMatchObject({ code: 'PAYKIT_UNEXPECTED_MESSAGE', context: { type } });
  });

  it('[F3] gives up after 30 s altogether, however many Acks came meanwhile', async () => {
    const { result, clock, payee, states, store } = exchange([]);
    await settle();
    clock.advance(29_999);
    await payee.send(ack);
    await settle();
    expect(states()).toEqual(['requested', 'requested']);
    clock.advance(1);
    expect(await rejected(result)).toMatchObject({
      code: 'PAYKIT_TIMED_OUT',
      retryable: true,
      wireCode: 8001,
      context: { afterMs: 30_000 },
    });
    await payee.send(confirm());
    await settle();
    expect(store.all()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('stops waiting on the channel once it has timed out', async () => {
    const { result, clock, payer, payee } = exchange([]);
    await settle();
    clock.advance(30_000);
    await rejected(result);
    await payee.send(ack);
    expect(await payer.receive()).toEqual(ack);
  });

  it('stops when it is cancelled, before as well as during the wait', async () => {
    const { result, controller, clock, states } = exchange([]);
    await settle();
    controller.abort();
    expect((await rejected(result)).code).toBe('PAYKIT_CANCELLED');
    expect(clock.pending).toBe(0);
    expect(states()).toEqual(['requested', 'failed']);
    const [payer, payee] = createMemoryChannelPair();
    const before = requestReceipt(payer, request, {
      store: createMemoryReceiptStore(),
      signal: AbortSignal.abort(),
    });
    expect((await rejected(before)).code).toBe('PAYKIT_CANCELLED');
    payer.close();
    expect(await payee.receive()).toBeUndefined();
  });

  it('[F3] tells a closed channel from a broken one', async () => {
    const { result, payee } = exchange([]);
    (payee as MemoryChannel).close();
    expect((await rejected(result)).code).toBe('PAYKIT_CHANNEL_CLOSED');

    const cause = new TypeError('socket hang up');
    const broken: MessageChannel = { send: async () => {}, receive: () => Promise.reject(cause) };
    const store = createMemoryReceiptStore();
    expect(await rejected(requestReceipt(broken, request, { store }))).toMatchObject({
      code: 'PAYKIT_CHANNEL_FAILED',
      context: { doing: 'receive' },
      cause,
    });
    const mute: MessageChannel = { send: () => Promise.reject(cause), receive: async () => undefined };
    expect(await rejected(requestReceipt(mute, request, { store }))).toMatchObject({
      code: 'PAYKIT_CHANNEL_FAILED',
      context: { doing: 'send' },
    });
  });

  it('lets coded errors of the channel through as they are', async () => {
    const own = new PaykitError('PAYKIT_STORE_FULL', { capacity: 1, maximumBytes: 1 });
    const channel: MessageChannel = { send: async () => {}, receive: () => Promise.reject(own) };
    expect(await rejected(requestReceipt(channel, request, { store: createMemoryReceiptStore() }))).toBe(own);
  });

  it('refuses a message that cannot be read', async () => {
    const { result, payee } = exchange([]);
    await payee.bytes.send(new TextEncoder().encode('{"type":"Ack","type":"Ack"}'));
    expect((await rejected(result)).code).toBe('PAYKIT_BAD_JSON');
  });

  it('sends nothing if the request is out of bounds', async () => {
    const [payer, payee] = createMemoryChannelPair();
    const result = requestReceipt(payer, receipt({ receiptId: '' }), { store: createMemoryReceiptStore() });
    expect((await rejected(result)).code).toBe('PAYKIT_BAD_FIELD');
    payer.close();
    expect(await payee.receive()).toBeUndefined();
  });

  it('compares with the request as it was sent, whatever the caller does to it meanwhile', async () => {
    const [payer, payee] = createMemoryChannelPair();
    const metadata = { note: 'tea' };
    const mine = { ...receipt({ metadata }), amount: '1000' };
    const result = requestReceipt(payer, mine, { store: createMemoryReceiptStore() });
    mine.amount = '9999';
    metadata.note = 'coffee';
    await payee.send(confirm());
    expect((await result).amount).toBe('1000');
  });

  it('[F3] tells a failing store by its own code, and returns no receipt', async () => {
    const [payer, payee] = createMemoryChannelPair();
    const cause = new TypeError('disk full');
    const store = { get: async () => undefined, keep: () => Promise.reject(cause) };
    await payee.send(confirm());
    expect(await rejected(requestReceipt(payer, request, { store }))).toMatchObject({
      code: 'PAYKIT_STORE_FAILED',
      cause,
    });
  });

  it('gives up on a store that does not answer', async () => {
    const [payer, payee] = createMemoryChannelPair();
    const clock = clockAt();
    const store = { get: async () => undefined, keep: () => new Promise<never>(() => {}) };
    const result = requestReceipt(payer, request, { store, clock });
    result.catch(() => {});
    await payee.send(confirm());
    await settle();
    clock.advance(30_000);
    expect(await rejected(result)).toMatchObject({
      code: 'PAYKIT_TIMED_OUT',
      context: { what: 'storing the receipt' },
    });
  });

  it('takes the same confirmation twice and never replaces a stored receipt (W-20)', async () => {
    const store = createMemoryReceiptStore();
    const again = async (changes: Partial<PaykitReceipt>) => {
      const [payer, payee] = createMemoryChannelPair();
      await payee.send(confirm(changes));
      return requestReceipt(payer, request, { store });
    };
    await again({});
    expect(await again({})).toEqual(confirmed);
    const other = { metadata: { note: 'tea', invoice: 'INV-2' } };
    expect(await rejected(again(other))).toMatchObject({
      code: 'PAYKIT_RECEIPT_CONFLICT',
      context: { field: 'metadata' },
    });
    expect(store.all()).toEqual([confirmed]);
  });
});
