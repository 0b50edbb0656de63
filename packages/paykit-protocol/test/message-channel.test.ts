import { describe, expect, it } from 'vitest';
import {
  type ByteReceiver,
  type ByteSender,
  createMessageChannel,
  createMessageReceiver,
  createMessageSender,
  encodeMessage,
} from '../src/index.ts';
import { rejected } from './fixtures.ts';

const ACK = encodeMessage({ type: 'Ack' });

/** A sender that needs its `this`, as a class does. */
class Recorder implements ByteSender {
  readonly sent: Uint8Array[] = [];
  async send(plaintext: Uint8Array): Promise<void> {
    this.sent.push(plaintext);
  }
}

const receiverOf = (...plaintexts: readonly Uint8Array[]): ByteReceiver => {
  const queue = [...plaintexts];
  return { receive: async () => queue.shift() };
};

describe('createMessageSender', () => {
  it('[S3.3] sends messages as plaintexts, and has no way to receive', async () => {
    const recorder = new Recorder();
    const sender = createMessageSender(recorder);
    await sender.send({ type: 'Ack' });
    expect(recorder.sent).toEqual([ACK]);
    expect(Object.keys(sender)).toEqual(['send']);
  });

  it('refuses what has no bytes before the channel is asked', async () => {
    const recorder = new Recorder();
    const tooLong = { type: 'Error', code: 'x'.repeat(129), message: '' } as const;
    expect((await rejected(createMessageSender(recorder).send(tooLong))).code).toBe('PAYKIT_BAD_FIELD');
    expect(recorder.sent).toEqual([]);
  });
});

describe('createMessageReceiver', () => {
  it('[S3.3] reads plaintexts as messages until the end, and has no way to send', async () => {
    const receiver = createMessageReceiver(receiverOf(ACK));
    expect(await receiver.receive()).toEqual({ type: 'Ack' });
    expect(await receiver.receive()).toBeUndefined();
    expect(Object.keys(receiver)).toEqual(['receive']);
  });

  it('[F3] refuses a plaintext that is no message', async () => {
    const receiver = createMessageReceiver(receiverOf(new Uint8Array(3)));
    expect((await rejected(receiver.receive())).code).toBe('PAYKIT_BAD_JSON');
  });
});

describe('createMessageChannel', () => {
  it('does both', async () => {
    const recorder = new Recorder();
    const bytes = { send: recorder.send.bind(recorder), ...receiverOf(ACK) };
    const channel = createMessageChannel(bytes);
    await channel.send({ type: 'Ack' });
    expect(recorder.sent).toEqual([ACK]);
    expect(await channel.receive()).toEqual({ type: 'Ack' });
  });
});
