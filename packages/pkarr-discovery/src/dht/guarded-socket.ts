import { createSocket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { MAX_DHT_DATAGRAM_BYTES } from '../constants.ts';

/** How every answer ends: the last key of its outermost dictionary says that it is one. @see BEP 5 */
const ANSWER_END: Buffer = Buffer.from('1:y1:re');

/** A socket that the network cannot hurt its user through. */
export interface GuardedSocket {
  /** What the package uses instead of a socket of its own. */
  readonly socket: EventEmitter;
  /** How many answers have come in. The package says the same of "there is none" and of "nobody answered". */
  answers(): number;
}

function isAnswer(datagram: Buffer): boolean {
  return datagram.subarray(-ANSWER_END.length).equals(ANSWER_END);
}

/**
 * A UDP socket for a package that believes what other nodes send to be well-formed: some datagrams make its listeners throw,
 * which would end the process. Datagrams of over 4 096 bytes, which no node has a reason for, are dropped.
 */
export function guardedSocket(): GuardedSocket {
  const inner = createSocket('udp4');
  const outer = Object.assign(new EventEmitter(), {
    send: inner.send.bind(inner),
    bind: inner.bind.bind(inner),
    address: inner.address.bind(inner),
    close: inner.close.bind(inner),
  });
  let answers = 0;
  for (const event of ['error', 'listening', 'close']) {
    inner.on(event, (...facts) => outer.emit(event, ...facts));
  }
  inner.on('message', (datagram, from) => {
    if (datagram.length > MAX_DHT_DATAGRAM_BYTES) return;
    if (isAnswer(datagram)) answers++;
    try {
      outer.emit('message', datagram, from);
    } catch {
      // Whatever it was, it was no message.
    }
  });
  return { socket: outer, answers: () => answers };
}
