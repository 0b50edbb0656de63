import { encodeUtf8, wipe } from '@pubky-paykit/primitives';
import { PSK_BYTES } from './constants.ts';
import { DatagramTransport } from './datagram-transport.ts';
import { NoiseError } from './errors.ts';
import type { AnyKeys, HandshakeKeys, RemoteKey } from './handshake-keys.ts';
import type { AnyHandshake, Handshake } from './handshake-turns.ts';
import { assertBytes, assertKeyLength, assertMessageLength } from './input.ts';
import { factsOf, messageOverhead, type PatternFacts } from './patterns/facts.ts';
import { type HandshakePattern, type Role, senderOf } from './patterns/pattern.ts';
import { assertValidPattern } from './patterns/validity.ts';
import type { KeyPair, PublicKey, Suite } from './suite.ts';
import { SymmetricState } from './symmetric-state.ts';
import { type HandshakeContext, mixEphemeral, READ_STEPS, WRITE_STEPS } from './tokens.ts';
import { Transport, type TransportKeys } from './transport.ts';

const EMPTY = new Uint8Array(0);

/** What {@link createHandshake} needs besides the keys. */
export interface HandshakeSettings<Pattern extends HandshakePattern, Self extends Role> {
  /** A literal of this package, or one made by `withPsk` and `fallback`. */
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

/** Checks a pattern once and remembers what follows from it. */
function checkedFacts(pattern: HandshakePattern): PatternFacts {
  let facts = factsCache.get(pattern);
  if (facts === undefined) {
    assertValidPattern(pattern);
    facts = factsOf(pattern);
    factsCache.set(pattern, facts);
  }
  return facts;
}

/** Ephemeral pairs that a handshake took: a second one with the same keys could repeat a key and nonce. */
const takenEphemerals = new WeakSet<KeyPair>();

/** Each key option against the pattern's facts: no missing key, and none that would be silently ignored. */
function checkKeys(pattern: HandshakePattern, facts: PatternFacts, role: Role, keys: AnyKeys): void {
  for (const key of ['s', 'rs', 'e', 're'] as const) {
    const needed = facts.keys[role][key];
    if (needed === (keys[key] !== undefined)) continue;
    throw new NoiseError(needed ? 'NOISE_KEY_MISSING' : 'NOISE_KEY_UNEXPECTED', {
      key,
      pattern: pattern.name,
    });
  }
  const psks = keys.psks ?? [];
  if (psks.length !== facts.psks) {
    const code = psks.length < facts.psks ? 'NOISE_KEY_MISSING' : 'NOISE_KEY_UNEXPECTED';
    throw new NoiseError(code, { key: `psks[${Math.min(psks.length, facts.psks)}]`, pattern: pattern.name });
  }
  psks.forEach((psk, index) => {
    assertKeyLength(psk, PSK_BYTES, `psks[${index}]`);
  });
}

/** A pair of the other curve, or of half a key, is found here and not in the middle of a message. */
function checkedPair(suite: Suite, pair: KeyPair | undefined, name: string): KeyPair | undefined {
  if (pair !== undefined) assertKeyLength(pair.publicKey, suite.dh.publicKeyBytes, name);
  return pair;
}

function importRemote(suite: Suite, key: RemoteKey | undefined, name: string): PublicKey | undefined {
  if (key === undefined) return undefined;
  const isHandle = 'bytes' in key;
  assertKeyLength(isHandle ? key.bytes : key, suite.dh.publicKeyBytes, name);
  return isHandle ? key : suite.dh.importPublicKey(key);
}

/** An ephemeral pair from an earlier handshake, which serves once. */
function takeEphemeral(pair: KeyPair | undefined): void {
  if (pair === undefined) return;
  if (takenEphemerals.has(pair)) throw new NoiseError('NOISE_KEY_INVALID', { key: 'e' });
  takenEphemerals.add(pair);
}

/** Pre-messages enter the transcript in order, the initiator's first. §5.3 Initialize */
function mixPreMessages(context: HandshakeContext, pattern: HandshakePattern): void {
  (['initiator', 'responder'] as const).forEach((sender, index) => {
    const own = sender === context.role;
    for (const token of pattern.preMessages[index as 0 | 1]) {
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
 * @throws NOISE_PATTERN_INVALID, NOISE_KEY_MISSING, NOISE_KEY_UNEXPECTED, NOISE_KEY_LENGTH
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
  const { pattern, suite, role, prologue = EMPTY } = options as HandshakeSettings<HandshakePattern, Role>;
  const keys: AnyKeys = options;
  const facts = checkedFacts(pattern);
  checkKeys(pattern, facts, role, keys);
  assertBytes(prologue, 'the prologue');
  const s = checkedPair(suite, keys.s, 's');
  const e = checkedPair(suite, keys.e, 'e');
  const rs = importRemote(suite, keys.rs, 'rs');
  const re = importRemote(suite, keys.re, 're');
  takeEphemeral(e);
  const name = `Noise_${pattern.name}_${suite.dh.name}_${suite.cipher.name}_${suite.hash.name}`;
  const context: HandshakeContext = {
    suite,
    role,
    symmetric: new SymmetricState(suite, encodeUtf8(name)),
    pskMode: facts.psks > 0,
    psks: (keys.psks ?? []).map((psk) => Uint8Array.from(psk)),
    s,
    e,
    rs,
    re,
  };
  context.symmetric.mixHash(prologue);
  mixPreMessages(context, pattern);
  return new HandshakeTurn(new HandshakeMachine(context, pattern, facts), 0) as unknown as Handshake<
    Pattern,
    Self
  >;
}

/** The one interpreter: runs the tokens of message after message. */
class HandshakeMachine {
  readonly context: HandshakeContext;
  readonly #pattern: HandshakePattern;
  readonly #facts: PatternFacts;
  /** Messages done. */
  step = 0;
  destroyed = false;

  constructor(context: HandshakeContext, pattern: HandshakePattern, facts: PatternFacts) {
    this.context = context;
    this.#pattern = pattern;
    this.#facts = facts;
  }

  get turn(): AnyHandshake['turn'] {
    if (this.step >= this.#pattern.messages.length) return 'done';
    return senderOf(this.step) === this.context.role ? 'write' : 'read';
  }

  get overhead(): number {
    const facts = this.#facts.messages[this.step];
    return facts === undefined ? 0 : messageOverhead(facts, this.context.suite.dh.publicKeyBytes);
  }

  write(payload: Uint8Array): Uint8Array {
    assertBytes(payload, 'the payload');
    const length = this.overhead + payload.length;
    assertMessageLength(length, 0);
    const message = new Uint8Array(length);
    let offset = 0;
    const put = (bytes: Uint8Array): void => {
      message.set(bytes, offset);
      offset += bytes.length;
    };
    for (const token of this.#pattern.messages[this.step] ?? []) WRITE_STEPS[token](this.context, put);
    put(this.context.symmetric.encryptAndHash(payload));
    this.step += 1;
    return message;
  }

  read(message: Uint8Array): Uint8Array {
    assertBytes(message, 'the message');
    assertMessageLength(message.length, this.overhead);
    let offset = 0;
    const take = (bytes: number): Uint8Array => {
      offset += bytes;
      return message.subarray(offset - bytes, offset);
    };
    for (const token of this.#pattern.messages[this.step] ?? []) READ_STEPS[token](this.context, take);
    const rest = message.subarray(offset);
    const payload = this.context.symmetric.decryptAndHash(rest);
    this.step += 1;
    return payload === rest ? Uint8Array.from(payload) : payload;
  }

  split(): TransportKeys {
    const { context } = this;
    const [first, second] = context.symmetric.split();
    const initiator = context.role === 'initiator';
    if (this.#facts.oneWay) second.destroy();
    const back = this.#facts.oneWay ? undefined : second;
    this.step += 1;
    this.destroy();
    return initiator ? { send: first, receive: back } : { send: back, receive: first };
  }

  releaseEphemeral(): KeyPair {
    const { e } = this.context;
    if (e === undefined) throw new NoiseError('NOISE_KEY_MISSING', { key: 'e', pattern: this.#pattern.name });
    this.context.e = undefined;
    this.step += 1;
    this.destroy();
    return e;
  }

  destroy(): void {
    this.destroyed = true;
    this.context.symmetric.destroy();
    this.context.e?.destroy();
    wipe(...this.context.psks);
    this.context.psks.length = 0;
  }
}

function copyOf(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined ? undefined : Uint8Array.from(bytes);
}

/** One turn of a handshake. The types show each caller only what its turn allows; the checks here are for the rest. */
class HandshakeTurn {
  readonly #machine: HandshakeMachine;
  readonly #step: number;
  readonly turn: AnyHandshake['turn'];

  constructor(machine: HandshakeMachine, step: number) {
    this.#machine = machine;
    this.#step = step;
    this.turn = machine.turn;
  }

  get role(): Role {
    return this.#machine.context.role;
  }

  get overhead(): number {
    return this.#machine.overhead;
  }

  get handshakeHash(): Uint8Array {
    return this.#machine.context.symmetric.handshakeHash;
  }

  get remoteStatic(): Uint8Array | undefined {
    return copyOf(this.#machine.context.rs?.bytes);
  }

  get localEphemeral(): Uint8Array | undefined {
    return copyOf(this.#machine.context.e?.publicKey);
  }

  get remoteEphemeral(): Uint8Array | undefined {
    return copyOf(this.#machine.context.re?.bytes);
  }

  get destroyed(): boolean {
    return this.#machine.destroyed;
  }

  write(payload: Uint8Array = EMPTY): { message: Uint8Array; next: HandshakeTurn } {
    return this.#use('write', 'write', (machine) => {
      const message = machine.write(payload);
      return { message, next: new HandshakeTurn(machine, machine.step) };
    });
  }

  read(message: Uint8Array): { payload: Uint8Array; next: HandshakeTurn } {
    return this.#use('read', 'read', (machine) => {
      const payload = machine.read(message);
      return { payload, next: new HandshakeTurn(machine, machine.step) };
    });
  }

  releaseEphemeral(): KeyPair {
    return this.#use('releaseEphemeral', 'read', (machine) => machine.releaseEphemeral());
  }

  split(): Transport {
    return this.#use('split', 'done', (machine) => new Transport(machine.split()));
  }

  splitDatagram(): DatagramTransport {
    return this.#use('splitDatagram', 'done', (machine) => new DatagramTransport(machine.split()));
  }

  destroy(): void {
    this.#machine.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Every step goes through here: right turn, not used before, and the first failure is the last. */
  #use<Result>(wanted: string, turn: string, step: (machine: HandshakeMachine) => Result): Result {
    const machine = this.#machine;
    try {
      if (this.#step !== machine.step) throw new NoiseError('NOISE_STATE_CONSUMED');
      if (machine.destroyed) throw new NoiseError('NOISE_DESTROYED');
      // The machine's turn: the property of this object can be overwritten.
      if (machine.turn !== turn) throw new NoiseError('NOISE_OUT_OF_TURN', { wanted, turn: machine.turn });
      return step(machine);
    } catch (error) {
      machine.destroy();
      throw error;
    }
  }
}
