import type { CancelSignal } from '@pubky-paykit/primitives';
import { createMessageChannel, createMessageReceiver, createMessageSender } from './message-channel.ts';
import type { ByteChannel, ByteSender, MessageChannel, OneWayReceiver, OneWaySender } from './ports.ts';

/** One end of a pair in memory. */
export interface MemoryChannel extends MessageChannel {
  /** The bytes under the messages, to send what no codec would. */
  readonly bytes: ByteChannel;
  /** Lets the other end read what is on its way, and then `undefined`. */
  close(): void;
}

/** The sending end of a one-way pair in memory. */
export interface MemoryOneWaySender extends OneWaySender {
  /** The bytes under the messages, to send what no codec would. */
  readonly bytes: ByteSender;
  /** Lets the other end read what is on its way, and then `undefined`. */
  close(): void;
}

interface Pipe {
  push(bytes: Uint8Array): void;
  pull(signal?: CancelSignal): Promise<Uint8Array | undefined>;
  close(): void;
}

/** One direction: a queue of plaintexts and the readers that wait for it. */
function createPipe(): Pipe {
  const queue: Uint8Array[] = [];
  const waiting: ((bytes: Uint8Array | undefined) => void)[] = [];
  let closed = false;
  return {
    push(bytes) {
      if (closed) throw new TypeError('the channel is closed');
      const reader = waiting.shift();
      if (reader === undefined) queue.push(bytes);
      else reader(bytes);
    },
    pull(signal) {
      if (queue.length > 0 || closed) return Promise.resolve(queue.shift());
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          waiting.splice(waiting.indexOf(reader), 1);
          reject(new TypeError('the wait was aborted'));
        };
        const reader = (bytes: Uint8Array | undefined) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(bytes);
        };
        signal?.addEventListener('abort', onAbort);
        waiting.push(reader);
      });
    },
    close() {
      closed = true;
      for (const reader of waiting.splice(0)) reader(undefined);
    },
  };
}

function bytesInto(pipe: Pipe): ByteSender {
  return { send: async (plaintext) => pipe.push(Uint8Array.from(plaintext)) };
}

function memoryChannel(outgoing: Pipe, incoming: Pipe): MemoryChannel {
  const bytes: ByteChannel = {
    ...bytesInto(outgoing),
    receive: async (options) => incoming.pull(options?.signal),
  };
  return { ...createMessageChannel(bytes), bytes, close: () => outgoing.close() };
}

/**
 * Two connected channels in one process, through the real message codec but without encryption.
 *
 * @example
 * ```ts
 * import { createMemoryChannelPair } from '@pubky-paykit/paykit-protocol/testing';
 * const [payer, payee] = createMemoryChannelPair();
 * await payer.send({ type: 'Ack' });
 * await payee.receive(); // { type: 'Ack' }
 * ```
 */
export function createMemoryChannelPair(): readonly [MemoryChannel, MemoryChannel] {
  const [there, back] = [createPipe(), createPipe()];
  return [memoryChannel(there, back), memoryChannel(back, there)];
}

/** The two ends of a channel that goes one way, as pattern N has it, in one process and without encryption. */
export function createMemoryOneWayPair(): readonly [MemoryOneWaySender, OneWayReceiver] {
  const pipe = createPipe();
  const bytes = bytesInto(pipe);
  const receiver = createMessageReceiver({ receive: async (options) => pipe.pull(options?.signal) });
  return [{ ...createMessageSender(bytes), bytes, close: () => pipe.close() }, receiver];
}
