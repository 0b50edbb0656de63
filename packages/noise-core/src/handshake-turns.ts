/// <reference lib="esnext.disposable" preserve="true" />
import type { HandshakePattern, Role } from './patterns/pattern.ts';
import type { KeyPair } from './suite.ts';
import type { ReceiveKeys, SendKeys, TransportKeys, TwoWayKeys } from './transport.ts';

/** What can be asked at every turn. */
export interface HandshakeView {
  readonly role: Role;
  /** A copy of the transcript hash so far; public. At the end it is the channel binding value of §11.2. */
  readonly handshakeHash: Uint8Array;
  /** A copy of the peer's static public key, as soon as it is known and, if it was sent encrypted, authenticated. */
  readonly remoteStatic: Uint8Array | undefined;
  /** A copy of the own ephemeral public key, once generated. */
  readonly localEphemeral: Uint8Array | undefined;
  /** A copy of the peer's ephemeral public key, once received. */
  readonly remoteEphemeral: Uint8Array | undefined;
  readonly destroyed: boolean;
  /** Ends the handshake and wipes it. Calling it again does nothing. */
  destroy(): void;
  [Symbol.dispose](): void;
}

/** It is our turn to send. */
export interface WriteTurn<Next> extends HandshakeView {
  readonly turn: 'write';
  /** How many bytes longer than its payload the message will be. */
  readonly overhead: number;
  /**
   * Makes the next message.
   *
   * @param payload Borrowed; at most 65 535 − `overhead` bytes. Whether it is encrypted depends on the pattern (§7.7).
   * @returns The message, fresh, and the next turn. This one is used up.
   */
  write(payload?: Uint8Array): { readonly message: Uint8Array; readonly next: Next };
}

/** It is the peer's turn to send. */
export interface ReadTurn<Next> extends HandshakeView {
  readonly turn: 'read';
  /** How many bytes longer than its payload the message will be; also its least length. */
  readonly overhead: number;
  /**
   * Reads the peer's message.
   *
   * @param message Borrowed; `overhead` to 65 535 bytes.
   * @returns The payload, fresh, and the next turn. This one is used up.
   */
  read(message: Uint8Array): { readonly payload: Uint8Array; readonly next: Next };
  /**
   * Ends this handshake and hands out the ephemeral key pair, for a fallback pattern that continues with it (§10.2).
   *
   * @throws NOISE_KEY_MISSING if no ephemeral was sent yet.
   */
  releaseEphemeral(): KeyPair;
}

/** The handshake is complete. */
export interface Finished<Keys extends TransportKeys> extends HandshakeView {
  readonly turn: 'done';
  /**
   * The keys for messages from now on, owned by the caller: make one transport of them, `createTransport` or a
   * `DatagramTransport`. Two would accept a message once each. This turn is used up and the handshake wiped. §5.3 Split
   */
  split(): Keys;
}

/** A handshake at any turn, for patterns known only at run time: branch on `turn`. */
export type AnyHandshake = WriteTurn<AnyHandshake> | ReadTurn<AnyHandshake> | Finished<TransportKeys>;

type KeysOf<Pattern extends HandshakePattern, Self extends Role> = Pattern['messages'] extends readonly [
  unknown,
]
  ? 'e' extends Pattern['preMessages'][1][number]
    ? TwoWayKeys
    : Self extends 'initiator'
      ? SendKeys
      : ReceiveKeys
  : TwoWayKeys;

type TurnOf<
  Pattern extends HandshakePattern,
  Self extends Role,
  Left,
  Sender extends Role,
> = Left extends readonly []
  ? Finished<KeysOf<Pattern, Self>>
  : Left extends readonly [unknown, ...infer Rest]
    ? Self extends Sender
      ? WriteTurn<TurnOf<Pattern, Self, Rest, Exclude<Role, Sender>>>
      : ReadTurn<TurnOf<Pattern, Self, Rest, Exclude<Role, Sender>>>
    : AnyHandshake;

/** A handshake of a literal pattern: its turns follow from the table, so speaking out of turn does not compile. */
export type Handshake<Pattern extends HandshakePattern, Self extends Role> = TurnOf<
  Pattern,
  Self,
  Pattern['messages'],
  'initiator'
>;
