import type { HandshakePattern, Role } from './patterns/pattern.ts';
import type { KeyPair, PublicKey } from './suite.ts';

/** Indices of the messages each role sends. */
interface SentIndices {
  initiator: '0' | '2' | '4' | '6';
  responder: '1' | '3' | '5' | '7';
}

type TokensSentBy<Messages, Self extends Role> = {
  [Index in keyof Messages & SentIndices[Self]]: Messages[Index] extends readonly (infer Sent)[]
    ? Sent
    : never;
}[keyof Messages & SentIndices[Self]];

type OwnPreKeys<Pattern extends HandshakePattern, Self extends Role> = Self extends 'initiator'
  ? Pattern['preMessages'][0][number]
  : Pattern['preMessages'][1][number];
type PeerPreKeys<Pattern extends HandshakePattern, Self extends Role> = Self extends 'initiator'
  ? Pattern['preMessages'][1][number]
  : Pattern['preMessages'][0][number];

/** `Name` is required with type `Value` if `Token` is among `Present`, and forbidden otherwise. */
type KeyOption<Name extends string, Value, Token, Present> = Token extends Present
  ? { readonly [Key in Name]: Value }
  : { readonly [Key in Name]?: never };

/** A remote public key: raw bytes, copied, or a handle imported before. */
export type RemoteKey = Uint8Array | PublicKey;

/** Keys of a handshake whose pattern is known only at run time; what is needed is checked then. */
export interface AnyKeys {
  readonly s?: KeyPair | undefined;
  readonly rs?: RemoteKey | undefined;
  readonly e?: KeyPair | undefined;
  readonly re?: RemoteKey | undefined;
  readonly psks?: readonly Uint8Array[] | undefined;
}

/**
 * The keys one role must pass for a pattern, computed from its table: forgetting `rs` for IK does not compile, and
 * neither does passing `s` for NN.
 */
export type HandshakeKeys<
  Pattern extends HandshakePattern,
  Self extends Role,
> = number extends Pattern['messages']['length']
  ? AnyKeys
  : KeyOption<'s', KeyPair, 's', TokensSentBy<Pattern['messages'], Self> | OwnPreKeys<Pattern, Self>> &
      KeyOption<'rs', RemoteKey, 's', PeerPreKeys<Pattern, Self>> &
      KeyOption<'e', KeyPair, 'e', OwnPreKeys<Pattern, Self>> &
      KeyOption<'re', RemoteKey, 'e', PeerPreKeys<Pattern, Self>> &
      KeyOption<
        'psks',
        readonly Uint8Array[],
        'psk',
        TokensSentBy<Pattern['messages'], 'initiator'> | TokensSentBy<Pattern['messages'], 'responder'>
      >;
