import {
  type AnySession,
  type HandshakeHandle,
  isHandshakeHandle,
  type PendingHandshakes,
  type ProfileHandshake,
  type SendSession,
  type Session,
  type SessionRegistry,
} from '../../src/index.ts';

declare const pending: PendingHandshakes<Session>;
declare const mixed: PendingHandshakes;
declare const registry: SessionRegistry<Session>;
declare const handshake: ProfileHandshake;
declare const sender: ProfileHandshake<SendSession>;
declare const cookie: string;

const handle = pending.add(handshake);
pending.advance(handle).then(({ session }) => session && registry.add(session));
mixed.add(sender);
if (isHandshakeHandle(cookie)) pending.advance(cookie);

// @ts-expect-error A session id is no handle (W-40).
pending.advance(registry.add({} as Session));
// @ts-expect-error Text from outside is none before it was looked at.
pending.cancel(cookie);
// @ts-expect-error The session may not be there yet.
pending.advance(handle).then(({ session }) => session.encrypt(new Uint8Array(1)));
// @ts-expect-error A table of two-way sessions takes no handshake of N.
pending.add(sender);
// @ts-expect-error A registry of two-way sessions takes no other.
registry.add({} as AnySession);
// @ts-expect-error A handle is no session id in bytes either.
export const id: HandshakeHandle = new Uint8Array(32);
