/// <reference lib="esnext.disposable" preserve="true" />
import { type AnyHandshake, createTransport, type Role, type Transport } from '@pubky-paykit/noise-core';
import { isCodedError } from '@pubky-paykit/primitives';
import { PatternsError } from '../errors.ts';
import type { VerifiedIdentity } from '../identity/verified-identity.ts';
import type { MessageStep, Profile } from '../profiles/profile.ts';
import { INSPECT } from '../redaction.ts';
import { type AnySession, NoiseSession, type Session, type SessionOf } from '../sessions/session.ts';
import {
  type AnyHandshakeOptions,
  checkedSuite,
  checkOptions,
  type HandshakeOptions,
} from './handshake-options.ts';
import { LiveContext } from './live-context.ts';

/**
 * One side of a handshake, without any input or output of its own: whoever owns the connection moves the bytes, in the
 * order `turn` says. The first error of any kind ends it and wipes it; recovery is a new handshake.
 *
 * In NN the same side may have the turn twice in a row: the attestations are messages of the handshake too, and there is
 * nothing to encrypt or decrypt with before they have verified.
 */
export interface ProfileHandshake<Yields extends AnySession = Session> {
  readonly turn: 'write' | 'read' | 'done';
  /**
   * The next message for the peer, a fresh buffer.
   *
   * @throws PATTERNS_SIGNER_FAILED, PATTERNS_SIGNER_WRONG, NOISE_WEAK_KEY, and the codes of calls at the wrong time
   *   (PATTERNS_OUT_OF_TURN, PATTERNS_BUSY, PATTERNS_HANDSHAKE_ENDED).
   */
  write(): Promise<Uint8Array>;
  /**
   * Takes in the peer's next message, at most 65 535 bytes; borrowed until the call returns its promise.
   *
   * @throws NOISE_DECRYPT_FAILED, NOISE_MESSAGE_TOO_SHORT, NOISE_MESSAGE_TOO_LONG, NOISE_WEAK_KEY,
   *   PATTERNS_PAYLOAD_INVALID, PATTERNS_PAYLOAD_UNEXPECTED, PATTERNS_WEAK_KEY, PATTERNS_IDENTITY_UNVERIFIED, the
   *   PATTERNS_ATTESTATION codes, what the rules of this side refuse (PATTERNS_IDENTITY_REFUSED,
   *   PATTERNS_STATIC_REFUSED, PATTERNS_STATIC_UNEXPECTED, PATTERNS_PIN_CHANGED, PATTERNS_REPLAYED), their own failures
   *   (PATTERNS_ALLOW_FAILED, PATTERNS_TRUST_FAILED, PATTERNS_PIN_STORE_FULL, PATTERNS_REPLAY_CACHE_FULL, PATTERNS_REPLAY_CACHE_FAILED), and the
   *   codes of calls at the wrong time.
   */
  read(message: Uint8Array): Promise<void>;
  /** The session, once `turn` is `done`; the caller owns it. Ends the handshake. */
  finish(): Yields;
  /** Wipes and ends the handshake; a call still waiting, for a remote signer say, rejects at once. Idempotent. */
  destroy(): void;
}

/**
 * Starts one side of a handshake. Weak keys, wrong lengths, foreign suites and options that do not belong to the profile
 * are refused here, before anything is signed or sent.
 *
 * @throws PATTERNS_WEAK_KEY if `remoteStatic` is of low order or the local secret is all zero.
 * @throws PATTERNS_KEY_LENGTH, PATTERNS_PROLOGUE_INVALID, PATTERNS_SUITE_REFUSED
 * @throws TypeError for an option that is missing or does not belong to the profile.
 * @see N8 §1.6–1.8
 * @example
 * ```ts
 * import { createProfileHandshake, deriveNoiseKeyPair, IK_RAW } from '@pubky-paykit/patterns';
 * function dial(seed: Uint8Array, remoteStatic: Uint8Array) {
 *   const noiseKey = deriveNoiseKeyPair(seed, 'phone');
 *   return createProfileHandshake({ profile: IK_RAW, role: 'initiator', noiseKey, remoteStatic });
 * }
 * ```
 */
export function createProfileHandshake<const Chosen extends Profile, const Self extends Role>(
  options: HandshakeOptions<Chosen, Self>,
): ProfileHandshake<SessionOf<Chosen, Self>> {
  return new ProfileDriver(options as unknown as AnyHandshakeOptions) as unknown as ProfileHandshake<
    SessionOf<Chosen, Self>
  >;
}

/** What the Noise handshake leaves behind. */
interface NoiseEnd {
  readonly transport: Transport;
  readonly id: Uint8Array;
}

/** The view of a Noise handshake whose turn it is to write. */
type WriteTurn = Extract<AnyHandshake, { turn: 'write' }>;

class ProfileDriver implements ProfileHandshake {
  readonly #profile: Profile;
  readonly #role: Role;
  /** Holds the Noise handshake, as what steps may see of it changes with every message. */
  readonly #context: LiveContext;
  /** Set once the Noise handshake is complete; messages that still follow are encrypted with it. */
  #end: NoiseEnd | undefined;
  /** Messages done, those of the completion included. */
  #done = 0;
  #identity: VerifiedIdentity | undefined;
  /** Rejects the call that is running, if one is. */
  #cancel: ((reason: unknown) => void) | undefined;
  /** What ended the handshake; set once. */
  #endedBy: string | undefined;

  constructor(options: AnyHandshakeOptions) {
    const suite = checkedSuite(options.suite);
    checkOptions(options);
    this.#profile = options.profile;
    this.#role = options.role;
    this.#context = new LiveContext(options, suite);
  }

  get turn(): 'write' | 'read' | 'done' {
    const { messages, completion } = this.#profile;
    const afterNoise = this.#done - messages.length;
    if (afterNoise >= completion.length) return 'done';
    // Noise messages alternate, the initiator's first (§5.3).
    const by = completion[afterNoise]?.by ?? (this.#done % 2 === 0 ? 'initiator' : 'responder');
    return by === this.#role ? 'write' : 'read';
  }

  write(): Promise<Uint8Array> {
    return this.#run('write', async ({ carries }) => {
      const payload = await carries.write(this.#context);
      // The handshake may have been ended while the signer was busy.
      this.#requireLive();
      if (this.#end !== undefined) return this.#end.transport.encrypt(payload);
      const { message, next } = (this.#context.noise as WriteTurn).write(payload);
      this.#advance(next);
      return message;
    });
  }

  read(message: Uint8Array): Promise<void> {
    return this.#run('read', async ({ carries, checks = [] }) => {
      const payload = this.#open(message);
      const identity = await carries.read(payload, this.#context);
      for (const check of checks) {
        this.#requireLive();
        await check(this.#context, identity);
      }
      this.#requireLive();
      this.#identity ??= identity;
    });
  }

  finish(): Session {
    this.#enter('finish', 'done');
    const { transport, id } = this.#end as NoiseEnd;
    const { name: pattern, oneWay, confirmedBy } = this.#profile;
    const role = this.#role;
    this.#endedBy = 'finish';
    return new NoiseSession(transport, {
      id,
      pattern,
      role,
      remoteStatic: this.#context.remoteStatic,
      remoteIdentity: this.#identity?.publicKey,
      formerKeyUsed: this.#context.formerKeyUsed,
      confirmedBy: confirmedBy[role],
      oneWay,
    });
  }

  destroy(): void {
    this.#stop('destroy');
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  toJSON(): Record<string, unknown> {
    const pattern = this.#profile.name;
    return { type: 'ProfileHandshake', pattern, role: this.#role, turn: this.turn, endedBy: this.#endedBy };
  }

  [INSPECT](): string {
    return `ProfileHandshake ${JSON.stringify(this)}`;
  }

  /** The payload of a received message, decrypted by the handshake or, after it, by the transport. */
  #open(message: Uint8Array): Uint8Array {
    if (this.#end !== undefined) return this.#end.transport.decrypt(message);
    const { payload, next } = this.#context.read(message);
    this.#advance(next);
    return payload;
  }

  #advance(next: AnyHandshake): void {
    this.#context.noise = next;
    if (next.turn !== 'done') return;
    const id = next.handshakeHash;
    this.#end = { transport: createTransport(next.split()), id };
  }

  /** Runs one call from check to result; `destroy` and a second call interrupt it. */
  async #run<Result>(
    called: 'write' | 'read',
    work: (step: MessageStep) => Promise<Result>,
  ): Promise<Result> {
    this.#enter(called, called);
    const { messages, completion } = this.#profile;
    const step = messages[this.#done] ?? completion[this.#done - messages.length];
    if (step === undefined) throw new TypeError('the profile has fewer steps than messages');
    const interrupted = new Promise<never>((_, reject) => {
      this.#cancel = reject;
    });
    try {
      const result = await Promise.race([work(step), interrupted]);
      this.#done += 1;
      return result;
    } catch (error) {
      this.#stop(isCodedError(error) ? error.code : 'an unexpected error');
      throw error;
    } finally {
      this.#cancel = undefined;
    }
  }

  /** Every call starts here: not ended, not busy, and its turn. */
  #enter(called: string, wanted: 'write' | 'read' | 'done'): void {
    this.#requireLive();
    const { turn } = this;
    if (this.#cancel !== undefined) this.#fail(new PatternsError('PATTERNS_BUSY', { called }));
    if (turn !== wanted) this.#fail(new PatternsError('PATTERNS_OUT_OF_TURN', { called, turn }));
  }

  #requireLive(): void {
    if (this.#endedBy !== undefined)
      throw new PatternsError('PATTERNS_HANDSHAKE_ENDED', { by: this.#endedBy });
  }

  #fail(error: PatternsError): never {
    this.#stop(error.code);
    throw error;
  }

  /** The first end is the last: wipes, and stops the call that is running. */
  #stop(by: string): void {
    if (this.#endedBy !== undefined) return;
    this.#endedBy = by;
    this.#context.noise.destroy();
    this.#end?.transport.destroy();
    this.#cancel?.(new PatternsError('PATTERNS_HANDSHAKE_ENDED', { by }));
  }
}
