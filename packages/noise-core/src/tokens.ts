import { isAllZero, wipe } from '@pubky-paykit/primitives';
import { TAG_BYTES } from './constants.ts';
import { NoiseError } from './errors.ts';
import type { PatternFacts } from './patterns/facts.ts';
import type { DhToken, HandshakePattern, Role, Token } from './patterns/pattern.ts';
import type { KeyPair, PublicKey, Suite } from './suite.ts';
import type { SymmetricState } from './symmetric-state.ts';

/** Everything the steps of a handshake work on. */
export interface HandshakeContext {
  readonly suite: Suite;
  readonly role: Role;
  readonly symmetric: SymmetricState;
  readonly pattern: HandshakePattern;
  readonly facts: PatternFacts;
  /** Pre-shared keys not used yet, in order. */
  readonly psks: Uint8Array[];
  s: KeyPair | undefined;
  e: KeyPair | undefined;
  rs: PublicKey | undefined;
  re: PublicKey | undefined;
}

/** Takes the next bytes of the message being read; their number was checked before. */
export type Take = (bytes: number) => Uint8Array;
/** Appends to the message being written. */
export type Put = (bytes: Uint8Array) => void;

/** Who multiplies what. §5.3 */
const DH_OPERANDS: Record<DhToken, Record<Role, readonly [local: 'e' | 's', remote: 're' | 'rs']>> = {
  ee: { initiator: ['e', 're'], responder: ['e', 're'] },
  es: { initiator: ['e', 'rs'], responder: ['s', 're'] },
  se: { initiator: ['s', 're'], responder: ['e', 'rs'] },
  ss: { initiator: ['s', 'rs'], responder: ['s', 'rs'] },
};

/** The key a token works on. It is there in every valid pattern; a table nobody checked may ask for one that is not. */
function present<Key>(context: HandshakeContext, token: Token, key: Key | undefined): Key {
  if (key === undefined)
    throw new NoiseError('NOISE_KEY_MISSING', { key: token, pattern: context.pattern.name });
  return key;
}

function mixDh(context: HandshakeContext, token: DhToken): void {
  const [local, remote] = DH_OPERANDS[token][context.role];
  const shared = context.suite.dh.dh(
    present(context, token, context[local]),
    present(context, token, context[remote]),
  );
  try {
    // §12.1 leaves this to the implementation; the reference did not do it (N8 W-02, W-03).
    if (isAllZero(shared)) throw new NoiseError('NOISE_WEAK_KEY', { token });
    context.symmetric.mixKey(shared);
  } finally {
    wipe(shared);
  }
}

function mixPsk(context: HandshakeContext): void {
  const psk = present(context, 'psk', context.psks.shift());
  try {
    context.symmetric.mixKeyAndHash(psk);
  } finally {
    wipe(psk);
  }
}

/** Mixes an ephemeral public key, in a message or a pre-message; into the key as well if the pattern has a `psk`. §9.2 */
export function mixEphemeral(context: HandshakeContext, publicKey: Uint8Array): void {
  context.symmetric.mixHash(publicKey);
  if (context.facts.psks > 0) context.symmetric.mixKey(publicKey);
}

const AGREEMENT = {
  ee: (context: HandshakeContext) => mixDh(context, 'ee'),
  es: (context: HandshakeContext) => mixDh(context, 'es'),
  se: (context: HandshakeContext) => mixDh(context, 'se'),
  ss: (context: HandshakeContext) => mixDh(context, 'ss'),
  psk: mixPsk,
};

/** What the sender does for each token. §5.3 WriteMessage */
export const WRITE_STEPS = {
  ...AGREEMENT,
  e(context, put) {
    context.e = context.suite.dh.generateKeyPair();
    put(context.e.publicKey);
    mixEphemeral(context, context.e.publicKey);
  },
  s(context, put) {
    put(context.symmetric.encryptAndHash(present(context, 's', context.s).publicKey));
  },
} satisfies Record<Token, (context: HandshakeContext, put: Put) => void>;

/** What the receiver does for each token. §5.3 ReadMessage */
export const READ_STEPS = {
  ...AGREEMENT,
  e(context, take) {
    context.re = context.suite.dh.importPublicKey(take(context.suite.dh.publicKeyBytes));
    mixEphemeral(context, context.re.bytes);
  },
  s(context, take) {
    const { dh } = context.suite;
    const sealed = take(dh.publicKeyBytes + (context.symmetric.hasKey ? TAG_BYTES : 0));
    context.rs = dh.importPublicKey(context.symmetric.decryptAndHash(sealed));
  },
} satisfies Record<Token, (context: HandshakeContext, take: Take) => void>;
