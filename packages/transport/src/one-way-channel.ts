/// <reference lib="esnext.disposable" preserve="true" />
import type { AnySession, Session, SessionFacts } from '@pubky-paykit/patterns';
import type { AnyChannel, ChannelBasics, SecureChannel } from './secure-channel.ts';

/** Everything that is known of a session, so that a new fact cannot be forgotten below. */
const FACTS: Readonly<Record<Exclude<keyof SessionFacts, 'destroy'>, true>> = {
  id: true,
  pattern: true,
  role: true,
  oneWay: true,
  remoteStatic: true,
  remoteIdentity: true,
  formerKeyUsed: true,
  confirmed: true,
  sent: true,
  received: true,
  destroyed: true,
};

/** What sessions have for logs; Node's `console.log` looks for the second. */
const PRINTERS = ['toJSON', Symbol.for('nodejs.util.inspect.custom')] as const;

/** A live view of a session: its facts, its end, and what of its methods is named. */
function viewOf(session: Session, method: 'encrypt' | 'decrypt'): AnySession {
  const destroy = (): void => session.destroy();
  const view = {
    [method]: (bytes: Uint8Array) => session[method](bytes),
    destroy,
    [Symbol.dispose]: destroy,
  };
  for (const name of Object.keys(FACTS) as (keyof typeof FACTS)[]) {
    Object.defineProperty(view, name, { get: () => session[name], enumerable: true });
  }
  for (const name of PRINTERS) {
    const print: unknown = Reflect.get(session, name);
    if (typeof print === 'function') Object.defineProperty(view, name, { value: print.bind(session) });
  }
  return view as unknown as AnySession;
}

/**
 * What the owner of a channel gets to see of it: all of it, or, of a one-way session, an object that has not even got
 * the method for the other way, and neither has its session. Nobody reads on the sending side: what a peer sends the
 * wrong way stays in the bounded buffer of the stream until `close` drops it.
 *
 * @param channel Taken.
 */
export function surfaceOf(channel: SecureChannel): AnyChannel {
  const { session } = channel;
  if (!session.oneWay) return channel;
  const close = (): Promise<void> => channel.close();
  const withEnd = <Carried extends AnySession>(carried: Carried): ChannelBasics<Carried> => ({
    session: carried,
    close,
    [Symbol.asyncDispose]: close,
  });
  return session.role === 'initiator'
    ? {
        ...withEnd(viewOf(session, 'encrypt') as Session),
        send: (plaintext, options) => channel.send(plaintext, options),
      }
    : {
        ...withEnd(viewOf(session, 'decrypt') as Session),
        receive: (options) => channel.receive(options),
      };
}
