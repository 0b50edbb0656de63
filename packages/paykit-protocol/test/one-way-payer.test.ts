import { describe, expect, it } from 'vitest';
import { type OneWaySender, sendOneWayRequest } from '../src/index.ts';
import { createMemoryOneWayPair } from '../src/testing.ts';
import { clockAt, PAYER, receipt, rejected, STRANGER, settle } from './fixtures.ts';

/** A channel that never takes the bytes. */
const stuck: OneWaySender = { send: () => new Promise<never>(() => {}) };

describe('sendOneWayRequest', () => {
  it('[S3.1] sends the request and waits for nothing', async () => {
    const [sender, receiver] = createMemoryOneWayPair();
    const clock = clockAt();
    const provisional = receipt({ payer: STRANGER });
    expect(await sendOneWayRequest(sender, provisional, { clock })).toBeUndefined();
    expect(clock.pending).toBe(0);
    sender.close();
    expect(await receiver.receive()).toEqual({ type: 'RequestReceipt', provisionalReceipt: provisional });
    expect(await receiver.receive()).toBeUndefined();
  });

  it('names whom it is told to name, so that a throw-away key hides the payer (P8 W-06)', async () => {
    const sent: unknown[] = [];
    await sendOneWayRequest(
      { send: async (message) => void sent.push(message) },
      receipt({ payer: STRANGER }),
    );
    expect(sent).toMatchObject([{ provisionalReceipt: { payer: STRANGER } }]);
    expect(JSON.stringify(sent)).not.toContain(JSON.stringify(PAYER));
  });

  it('copies the request at once', async () => {
    const [sender, receiver] = createMemoryOneWayPair();
    const provisional = receipt({ payer: STRANGER.slice() });
    const sending = sendOneWayRequest(sender, provisional);
    provisional.payer.fill(0);
    await sending;
    expect(await receiver.receive()).toMatchObject({ provisionalReceipt: { payer: STRANGER } });
  });

  it('sends nothing if a field is out of its bounds', async () => {
    const sender: OneWaySender = {
      send: () => {
        throw new TypeError('must not be called');
      },
    };
    expect((await rejected(sendOneWayRequest(sender, receipt({ receiptId: '' })))).code).toBe(
      'PAYKIT_BAD_FIELD',
    );
  });

  it('[F3] ends after 30 s, when it is cancelled, and when the channel fails, each with its code', async () => {
    const clock = clockAt();
    const late = sendOneWayRequest(stuck, receipt(), { clock });
    late.catch(() => {});
    await settle();
    clock.advance(30_000);
    expect(await rejected(late)).toMatchObject({ code: 'PAYKIT_TIMED_OUT', context: { afterMs: 30_000 } });
    expect(clock.pending).toBe(0);

    const controller = new AbortController();
    const cancelled = sendOneWayRequest(stuck, receipt(), { signal: controller.signal });
    controller.abort();
    expect((await rejected(cancelled)).code).toBe('PAYKIT_CANCELLED');

    const failing: OneWaySender = { send: () => Promise.reject(new TypeError('gone')) };
    expect(await rejected(sendOneWayRequest(failing, receipt()))).toMatchObject({
      code: 'PAYKIT_CHANNEL_FAILED',
      context: { doing: 'send' },
    });
  });
});
