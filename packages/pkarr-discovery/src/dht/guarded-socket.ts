import { createSocket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { MAX_DHT_DATAGRAM_BYTES } from '../constants.ts';
import { datagramKind } from './datagram-kind.ts';

/** A socket that the network cannot hurt its user through. */
export interface GuardedSocket {
  /** What the package uses instead of a socket of its own. */
  readonly socket: EventEmitter;
  /** How many answers have come in. The package says the same of "there is none" and of "nobody answered". */
  answers(): number;
}

/**
 * A UDP socket for a package that believes what other nodes send to be well-formed: some datagrams make its listeners throw,
 * which would end the process, or leave a look-up that never ends. Datagrams of over 4 096 bytes, which no node has a reason
 * for, are dropped, and so is what is no message: a node that sends such an answer has not answered, and is waited for 2 s.
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
    const kind = datagramKind(datagram);
    if (kind === 'malformed') return;
    if (kind === 'answer') answers++;
    try {
      outer.emit('message', datagram, from);
    } catch {
      // A question that the package cannot read; nobody waits for what comes of it.
    }
  });
  return { socket: outer, answers: () => answers };
}
