import { describe, expect, it } from 'vitest';
import {
  type OneWayOptions,
  type PaykitMessage,
  type ReceiveOptions,
  type RequestNote,
  sendOneWayRequest,
  serveOneWayChannel,
} from '../src/index.ts';
import { createMemoryOneWayPair } from '../src/testing.ts';
import { noteOptions, PAYER, receipt, rejected, STRANGER, settle } from './fixtures.ts';

/** A payee that serves one channel and remembers what it was told. */
function serving(own: Partial<OneWayOptions> = {}, base = noteOptions()) {
  const [sender, receiver] = createMemoryOneWayPair();
  const notes: RequestNote[] = [];
  const options = { ...base, onNote: (note: RequestNote) => void notes.push(note), ...own };
  const served = serveOneWayChannel(receiver, options);
  served.catch(() => {});
  return { sender, served, notes, options: base };
}

const requestOf = (receiptId: string): PaykitMessage => ({
  type: 'RequestReceipt',
  provisionalReceipt: receipt({ receiptId }),
});

describe('serveOneWayChannel', () => {
  it('[S3.1] notes what a payer sends, until it closes', async () => {
    const { sender, served, notes, options } = serving();
    await sendOneWayRequest(sender, receipt({ payer: STRANGER }), { clock: options.clock });
    sender.close();
    await served;
    const noted = receipt({ payer: STRANGER });
    expect(notes).toEqual([{ outcome: 'noted', receipt: noted, payerVerified: false }]);
    expect(options.requests.all()).toEqual([noted]);
  });

  it('reports copies as repeats, also those of another channel (P8 W-58)', async () => {
    const first = serving();
    const second = serving({}, first.options);
    for (const { sender, served } of [first, second]) {
      await sender.send(requestOf('r'));
      await sender.send(requestOf('r'));
      sender.close();
      await served;
    }
    const outcomes = [...first.notes, ...second.notes].map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['noted', 'repeated', 'repeated', 'repeated']);
  });

  it('goes on after a request it refuses (P8 W-18)', async () => {
    const { sender, served, notes } = serving();
    await sendOneWayRequest(sender, receipt({ payee: STRANGER }));
    await sender.send(requestOf('r'));
    sender.close();
    await served;
    expect(notes).toMatchObject([{ outcome: 'refused', reason: 'WRONG_PAYEE' }, { outcome: 'noted' }]);
  });

  it.each<PaykitMessage>([
    { type: 'Ack' },
    { type: 'Error', code: 'WRONG_PAYEE', message: '' },
    { type: 'ConfirmReceipt', receipt: receipt() },
    { type: 'OfferPrivateEndpoint', methodId: 'lightning', endpoint: 'lnbc1' },
    { type: 'Attestation', publicKey: PAYER, signature: new Uint8Array(64) },
  ])('ignores $type (P8 W-20)', async (message) => {
    const { sender, served, notes, options } = serving();
    await sender.send(message);
    sender.close();
    await served;
    expect(notes).toEqual([]);
    expect(options.requests.all()).toEqual([]);
  });

  it('ends with the 17th request, so that one session does not fill the store (P8 W-58)', async () => {
    const { sender, served, notes, options } = serving();
    for (let i = 0; i < 17; i++) await sender.send(requestOf(`receipt-${i}`));
    expect(await rejected(served)).toMatchObject({
      code: 'PAYKIT_TOO_MANY_REQUESTS',
      context: { maximum: 16 },
    });
    expect(notes).toHaveLength(16);
    expect(options.requests.all()).toHaveLength(16);
  });

  it('counts refused requests too, which cost a look-up each', async () => {
    const { sender, served, options } = serving({ methods: new Set() });
    for (let i = 0; i < 17; i++) await sender.send(requestOf('r'));
    expect((await rejected(served)).code).toBe('PAYKIT_TOO_MANY_REQUESTS');
    expect(options.requests.all()).toEqual([]);
  });

  it('[F3] ends with what it cannot read, and keeps what was noted before', async () => {
    const { sender, served, options } = serving();
    await sender.send(requestOf('r'));
    await sender.bytes.send(new TextEncoder().encode('{"type":"Nack"}'));
    await sender.send(requestOf('s'));
    expect((await rejected(served)).code).toBe('PAYKIT_UNKNOWN_MESSAGE');
    expect(options.requests.all()).toHaveLength(1);
  });

  it('[T6] deals with what has come when it is told to close, and ends then', async () => {
    const closing = new AbortController();
    const methods = {
      has: () => {
        closing.abort();
        return true;
      },
    };
    const { sender, served, notes, options } = serving({ methods, closing: closing.signal });
    for (const id of ['r', 's', 't']) await sender.send(requestOf(id));
    await settle(200);
    expect(notes.map((note) => 'receipt' in note && note.receipt.receiptId)).toEqual(['r', 's', 't']);
    options.clock.advance(50);
    await served;
    await sender.send(requestOf('late'));
    await settle();
    expect(notes).toHaveLength(3);
    expect(options.clock.pending).toBe(0);
  });

  it('[T6] reads what has come though it was told to close before it began', async () => {
    const { sender, served, notes } = serving({ closing: AbortSignal.abort() });
    await sender.send(requestOf('r'));
    sender.close();
    await served;
    expect(notes).toMatchObject([{ outcome: 'noted' }]);
  });

  it('[T6] deals with no more than 16 messages once it is told to close', async () => {
    let read = 0;
    const receiver = {
      async receive(): Promise<PaykitMessage> {
        read += 1;
        if (read > 20) throw new TypeError('nobody should read on');
        return { type: 'Ack' };
      },
    };
    await serveOneWayChannel(receiver, { ...noteOptions(), closing: AbortSignal.abort() });
    expect(read).toBe(16);
  });

  it('ends at once, with an error, when it is cancelled', async () => {
    const controller = new AbortController();
    const { served, options } = serving({ signal: controller.signal });
    await settle();
    controller.abort();
    expect((await rejected(served)).code).toBe('PAYKIT_CANCELLED');
    expect(options.clock.pending).toBe(0);
  });

  it('[T2] keeps the time itself, and ends after 60 s without a message (P8 W-08)', async () => {
    const asked: (ReceiveOptions | undefined)[] = [];
    const receiver = {
      receive: (options?: ReceiveOptions) => {
        asked.push(options);
        return new Promise<never>(() => {});
      },
    };
    const options = noteOptions();
    const served = serveOneWayChannel(receiver, options);
    served.catch(() => {});
    await settle();
    options.clock.advance(59_999);
    await settle();
    expect(asked).toEqual([expect.objectContaining({ timeoutMs: Number.POSITIVE_INFINITY })]);
    options.clock.advance(1);
    expect((await rejected(served)).code).toBe('PAYKIT_TIMED_OUT');
    expect(options.clock.pending).toBe(0);
  });
});
