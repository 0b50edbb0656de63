import { expectTypeOf } from 'vitest';
import {
  type AnyHandshake,
  createHandshake,
  createTransport,
  type Finished,
  fallback,
  type Handshake,
  type HandshakePattern,
  IK,
  type KeyPair,
  N,
  NN,
  type ReadTurn,
  type ReceiveTransport,
  type SendTransport,
  type Suite,
  Transport,
  type TwoWayKeys,
  type WriteTurn,
  withPsk,
  X1X1,
  XX,
} from '../src/index.ts';

declare const suite: Suite;
declare const s: KeyPair;
declare const e: KeyPair;
declare const rs: Uint8Array;
declare const psk: Uint8Array;
declare const message: Uint8Array;
declare const anyPattern: HandshakePattern;

const initiator = { suite, role: 'initiator' } as const;
const responder = { suite, role: 'responder' } as const;

export function legal(): void {
  const first = createHandshake({ ...initiator, pattern: XX, s });
  expectTypeOf(first).toEqualTypeOf<Handshake<typeof XX, 'initiator'>>();
  expectTypeOf(first.turn).toEqualTypeOf<'write'>();
  const second = first.write().next;
  expectTypeOf(second.turn).toEqualTypeOf<'read'>();
  expectTypeOf(second.releaseEphemeral()).toEqualTypeOf<KeyPair>();
  const third = second.read(message).next;
  expectTypeOf(third.turn).toEqualTypeOf<'write'>();
  const done = third.write(message).next;
  expectTypeOf(done).toEqualTypeOf<Finished<TwoWayKeys>>();
  expectTypeOf(createTransport(done.split())).toEqualTypeOf<Transport>();
  expectTypeOf(done.remoteStatic).toEqualTypeOf<Uint8Array | undefined>();

  const answering = createHandshake({ ...responder, pattern: XX, s });
  expectTypeOf(answering.turn).toEqualTypeOf<'read'>();
  expectTypeOf(
    answering.read(message).next.write().next.read(message).next.split(),
  ).toEqualTypeOf<TwoWayKeys>();

  const sender = createHandshake({ ...initiator, pattern: N, rs })
    .write()
    .next.split();
  expectTypeOf(createTransport(sender)).toEqualTypeOf<SendTransport>();
  const receiver = createHandshake({ ...responder, pattern: N, s })
    .read(message)
    .next.split();
  expectTypeOf(createTransport(receiver)).toEqualTypeOf<ReceiveTransport>();

  createHandshake({ ...initiator, pattern: NN, prologue: message });
  createHandshake({ ...initiator, pattern: IK, s, rs: suite.dh.importPublicKey(rs) });
  createHandshake({ ...responder, pattern: IK, s });
  createHandshake({ ...initiator, pattern: withPsk(XX, 3), s, psks: [psk] });
  createHandshake({ ...initiator, pattern: withPsk(XX, 0, 3), s, psks: [psk, psk] });
  const fellBack = createHandshake({ ...responder, pattern: fallback(XX), s, e });
  expectTypeOf(fellBack.turn).toEqualTypeOf<'read'>();
  createHandshake({ ...initiator, pattern: fallback(XX), s, re: rs });
  // One message, but both sides can talk: the responder's ephemeral key was sent before.
  expectTypeOf(
    createHandshake({ ...initiator, pattern: fallback(NN), re: rs })
      .write()
      .next.split(),
  ).toEqualTypeOf<TwoWayKeys>();

  const four = createHandshake({ ...initiator, pattern: X1X1, s });
  expectTypeOf(
    four.write().next.read(message).next.write().next.read(message).next.turn,
  ).toEqualTypeOf<'done'>();
}

export function knownAtRunTime(): void {
  const handshake = createHandshake({ ...initiator, pattern: anyPattern, s, rs, psks: [psk] });
  expectTypeOf(handshake).toEqualTypeOf<AnyHandshake>();
  if (handshake.turn === 'write') expectTypeOf(handshake).toEqualTypeOf<WriteTurn<AnyHandshake>>();
  if (handshake.turn === 'read') expectTypeOf(handshake).toEqualTypeOf<ReadTurn<AnyHandshake>>();
  if (handshake.turn === 'done') expectTypeOf(createTransport(handshake.split())).toEqualTypeOf<Transport>();
  // @ts-expect-error the turn has to be asked for first
  handshake.write();
}

export function illegalTurns(): void {
  const writing = createHandshake({ ...initiator, pattern: XX, s });
  const reading = createHandshake({ ...responder, pattern: XX, s });
  // @ts-expect-error the initiator writes first
  writing.read(message);
  // @ts-expect-error the responder reads first
  reading.write();
  // @ts-expect-error after its message the initiator waits
  writing.write().next.write();
  // @ts-expect-error after reading the responder has to answer
  reading.read(message).next.read(message);
  // @ts-expect-error nothing to split before the end
  writing.split();
  // @ts-expect-error nor in the middle
  writing.write().next.split();
  // @ts-expect-error nor for the responder
  reading.split();
  const done = writing.write().next.read(message).next.write().next;
  // @ts-expect-error nothing to read after the end
  done.read(message);
  // @ts-expect-error nothing to write after the end
  done.write();
  // @ts-expect-error no ephemeral key to release where it is our turn to write
  writing.releaseEphemeral();
}

export function illegalKeys(): void {
  // @ts-expect-error IK needs the responder's key
  createHandshake({ ...initiator, pattern: IK, s });
  // @ts-expect-error IK needs our own key
  createHandshake({ ...initiator, pattern: IK, rs });
  // @ts-expect-error the responder of IK learns the initiator's key
  createHandshake({ ...responder, pattern: IK, s, rs });
  // @ts-expect-error XX needs our own key
  createHandshake({ ...initiator, pattern: XX });
  // @ts-expect-error XX learns the peer's key
  createHandshake({ ...initiator, pattern: XX, s, rs });
  // @ts-expect-error NN has no static keys
  createHandshake({ ...initiator, pattern: NN, s });
  // @ts-expect-error the initiator of N has no static key
  createHandshake({ ...initiator, pattern: N, s, rs });
  // @ts-expect-error XXpsk3 needs a pre-shared key
  createHandshake({ ...initiator, pattern: withPsk(XX, 3), s });
  // @ts-expect-error XX has none
  createHandshake({ ...initiator, pattern: XX, s, psks: [psk] });
  // @ts-expect-error the responder of a fallback continues with its ephemeral key
  createHandshake({ ...responder, pattern: fallback(XX), s });
  // @ts-expect-error the initiator of a fallback knows the peer's ephemeral key
  createHandshake({ ...initiator, pattern: fallback(XX), s });
  // @ts-expect-error no other pattern takes an ephemeral key
  createHandshake({ ...initiator, pattern: XX, s, e });
  // @ts-expect-error a secret key is no key pair
  createHandshake({ ...initiator, pattern: XX, s: rs });
  // @ts-expect-error a text is no key
  createHandshake({ ...initiator, pattern: N, rs: 'a'.repeat(32) });
}

export function illegalSettings(): void {
  // @ts-expect-error there is no such role
  createHandshake({ suite, role: 'initator', pattern: NN });
  // @ts-expect-error a suite has three parts
  createHandshake({ suite: { dh: suite.dh, cipher: suite.cipher }, role: 'initiator', pattern: NN });
  // @ts-expect-error there is no token `xx`
  createHandshake({ ...initiator, pattern: { name: 'Q', preMessages: [[], []], messages: [['e', 'xx']] } });
}

export function illegalTransports(): void {
  const sendKeys = createHandshake({ ...initiator, pattern: N, rs })
    .write()
    .next.split();
  const sender = createTransport(sendKeys);
  // @ts-expect-error the initiator of a one-way pattern never receives
  sender.decrypt(message);
  // @ts-expect-error so there is no key to renew
  sender.rekeyReceive();
  const receiver = createTransport(
    createHandshake({ ...responder, pattern: N, s })
      .read(message)
      .next.split(),
  );
  // @ts-expect-error the responder of a one-way pattern never sends
  receiver.encrypt(message);
  // @ts-expect-error a nonce is never chosen by a sender
  sendKeys.send.setNonce(1n);
  // @ts-expect-error and what was sent is not decrypted with the same state
  sendKeys.send.decryptWithAd(message, message);
  // @ts-expect-error keys of a transport come from a handshake
  new Transport();
}
