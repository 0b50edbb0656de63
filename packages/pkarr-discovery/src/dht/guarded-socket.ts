import { createSocket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import type { Clock } from '@pubky-paykit/primitives';
import { MAX_DHT_DATAGRAM_BYTES } from '../constants.ts';
import { datagramKind } from './datagram-kind.ts';
import { createQuestions, type Hearing } from './questions.ts';

/** A socket that the network cannot hurt its user through. */
export interface GuardedSocket {
  /** What the package uses instead of a socket of its own. */
  readonly socket: EventEmitter;
  /** Begins to hear who answers a `get` of the target. @param target 20 bytes; borrowed. */
  hear(target: Uint8Array): Hearing;
}

/**
 * A UDP socket for a package that believes what other nodes send to be well-formed: some datagrams make its listeners throw,
 * which would end the process, or leave a look-up that never ends. Datagrams of over 4 096 bytes, which no node has a reason
 * for, are dropped, and so is what is no message: a node that sends such an answer has not answered, and is waited for 2 s.
 */
export function guardedSocket(clock: Clock): GuardedSocket {
  const questions = createQuestions(clock);
  const inner = createSocket('udp4');
  const outer = Object.assign(new EventEmitter(), {
    send(datagram: Uint8Array, at: number, length: number, port: number, host: string, onSent: () => void) {
      questions.asked(datagram, host);
      inner.send(datagram, at, length, port, host, onSent);
    },
    bind: inner.bind.bind(inner),
    address: inner.address.bind(inner),
    close: inner.close.bind(inner),
  });
  for (const event of ['error', 'listening', 'close']) {
    inner.on(event, (...facts) => outer.emit(event, ...facts));
  }
  inner.on('message', (datagram, from) => {
    if (datagram.length > MAX_DHT_DATAGRAM_BYTES) return;
    const kind = datagramKind(datagram);
    if (kind === 'malformed') return;
    if (kind === 'answer') questions.answered(datagram, from.address);
    try {
      outer.emit('message', datagram, from);
    } catch {
      // A question that the package cannot read; nobody waits for what comes of it.
    }
  });
  return { socket: outer, hear: questions.hear };
}
