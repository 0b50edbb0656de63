import { encodeUtf8 } from '@pubky-paykit/primitives';
import { EMPTY_BYTES, PSK_BYTES } from './constants.ts';
import { NoiseError } from './errors.ts';
import type { AnyKeys, HandshakeKeys, RemoteKey } from './handshake-keys.ts';
import { HandshakeTurn } from './handshake-turn.ts';
import type { Handshake } from './handshake-turns.ts';
import { assertBytes, assertKeyLength } from './input.ts';
import type { HandshakeProgress } from './interpreter.ts';
import { factsOf, type PatternFacts } from './patterns/facts.ts';
import { type HandshakePattern, type Role, senderOf } from './patterns/pattern.ts';
import type { KeyPair, PublicKey, Suite } from './suite.ts';
import { SymmetricState } from './symmetric-state.ts';
import { type HandshakeContext, mixEphemeral } from './tokens.ts';

/** What {@link createHandshake} needs besides the keys. */
export interface HandshakeSettings<Pattern extends HandshakePattern, Self extends Role> {
  /**
   * A literal of this package, or one made of it by `withPsk` and `fallback`. A table of your own is not checked here:
   * run `assertValidPattern` on it once, in your tests or at start-up.
   */
  readonly pattern: Pattern;
  readonly suite: Suite;
  readonly role: Self;
  /** Data both sides must agree on; borrowed. Empty by default. */
  readonly prologue?: Uint8Array | undefined;
}

/** Settings and keys; which keys are required follows from pattern and role. */
export type HandshakeOptions<Pattern extends HandshakePattern, Self extends Role> = HandshakeSettings<
  Pattern,
  Self
> &
  HandshakeKeys<Pattern, Self>;

const factsCache = new WeakMap<HandshakePattern, PatternFacts>();

/** What follows from a pattern, derived once. */
function factsOnce(pattern: HandshakePattern): PatternFacts {
  const facts = factsCache.get(pattern) ?? factsOf(pattern);
  factsCache.set(pattern, facts);
  return facts;
}

/** Ephemeral pairs that a handshake took: a second one with the same keys could repeat a key and nonce. */
const takenEphemerals = new WeakSet<KeyPair>();

/** The public bytes of a key, however it was passed. */
function publicBytes(key: KeyPair | RemoteKey): Uint8Array {
  if ('publicKey' in key) return key.publicKey;
  return 'bytes' in key ? key.bytes : key;
}

/**
 * Each key option against the pattern's facts: no missing key, none that would be silently ignored, and none of another
 * curve, which would be found only in the middle of a message.
 */
function checkKeys(
  pattern: HandshakePattern,
  facts: PatternFacts,
  suite: Suite,
  role: Role,
  keys: AnyKeys,
): void {
  const { psks = [] } = keys;
  const check = (key: string, needed: number, given: number): void => {
    if (needed === given) return;
    const code = given < needed ? 'NOISE_KEY_MISSING' : 'NOISE_KEY_UNEXPECTED';
    throw new NoiseError(code, { key, pattern: pattern.name });
  };
  for (const name of ['s', 'rs', 'e', 're'] as const) {
    const key = keys[name];
    check(name, Number(facts.keys[role][name]), Number(key !== undefined));
    if (key) assertKeyLength(publicBytes(key), suite.dh.publicKeyBytes, name);
  }
  check('psks', facts.psks, psks.length);
  for (const psk of psks) assertKeyLength(psk, PSK_BYTES, 'psks');
}

function importRemote(suite: Suite, key: RemoteKey | undefined): PublicKey | undefined {
  return key && ('bytes' in key ? key : suite.dh.importPublicKey(key));
}

/** An ephemeral pair from an earlier handshake, which serves once. */
function takeEphemeral(pair: KeyPair | undefined): void {
  if (pair === undefined) return;
  if (takenEphemerals.has(pair)) throw new NoiseError('NOISE_KEY_INVALID', { key: 'e' });
  takenEphemerals.add(pair);
}

/** Pre-messages enter the transcript in order, the initiator's first. §5.3 Initialize */
function mixPreMessages(context: HandshakeContext): void {
  context.pattern.preMessages.forEach((tokens, index) => {
    const own = senderOf(index) === context.role;
    for (const token of tokens) {
      const publicKey = own ? context[token]?.publicKey : context[`r${token}`]?.bytes;
      if (token === 'e') mixEphemeral(context, publicKey as Uint8Array);
      else context.symmetric.mixHash(publicKey as Uint8Array);
    }
  });
}

/**
 * Starts a handshake.
 *
 * The static key pair `s` is borrowed: it must live until the handshake is over and is never wiped here. Pre-shared
 * keys and remote keys are copied. An ephemeral pair `e` (fallback patterns only) is taken, and serves once.
 *
 * Any failure of a later call is final: it wipes the handshake and every further call throws NOISE_DESTROYED.
 *
 * @throws NOISE_KEY_MISSING, NOISE_KEY_UNEXPECTED, NOISE_KEY_LENGTH
 * @throws NOISE_KEY_INVALID if another handshake took `e` before.
 * @see Noise revision 34, §5.3
 * @example
 * ```ts
 * import { createHandshake, NN } from '@pubky-paykit/noise-core';
 * import { blake2s } from '@pubky-paykit/noise-core/blake2s';
 * import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
 * import { x25519 } from '@pubky-paykit/noise-core/x25519';
 * const suite = { dh: x25519, cipher: chachaPoly, hash: blake2s };
 * const { message, next } = createHandshake({ pattern: NN, suite, role: 'initiator' }).write();
 * ```
 */
export function createHandshake<const Pattern extends HandshakePattern, const Self extends Role>(
  options: HandshakeOptions<Pattern, Self>,
): Handshake<Pattern, Self> {
  const {
    pattern,
    suite,
    role,
    prologue = EMPTY_BYTES,
  } = options as HandshakeSettings<HandshakePattern, Role>;
  const keys: AnyKeys = options;
  const facts = factsOnce(pattern);
  checkKeys(pattern, facts, suite, role, keys);
  assertBytes(prologue, 'the prologue');
  takeEphemeral(keys.e);
  const name = `Noise_${pattern.name}_${suite.dh.name}_${suite.cipher.name}_${suite.hash.name}`;
  const progress: HandshakeProgress = {
    suite,
    role,
    pattern,
    facts,
    symmetric: new SymmetricState(suite, encodeUtf8(name)),
    psks: (keys.psks ?? []).map((psk) => new Uint8Array(psk)),
    s: keys.s,
    e: keys.e,
    rs: importRemote(suite, keys.rs),
    re: importRemote(suite, keys.re),
    step: 0,
    destroyed: false,
  };
  progress.symmetric.mixHash(prologue);
  mixPreMessages(progress);
  return new HandshakeTurn(progress) as unknown as Handshake<Pattern, Self>;
}
