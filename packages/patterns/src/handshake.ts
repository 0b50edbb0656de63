/// <reference lib="esnext.disposable" preserve="true" />
import {
  type AnyHandshake,
  createHandshake,
  createTransport,
  type HandshakePattern,
  type Role,
  type Suite,
} from '@pubky-paykit/noise-core';
import { isCodedError } from '@pubky-paykit/primitives';
import { DEFAULT_PROLOGUE } from './constants.ts';
import { PatternsError } from './errors.ts';
import { allowRule, checkedSuite, checkStatics, type ProfileHandshakeOptions } from './handshake-options.ts';
import type { VerifiedIdentity } from './identity-binding.ts';
import type { PayloadStep, Profile, StepContext } from './profile.ts';
import { prologueBytes } from './prologue.ts';
import { INSPECT } from './redaction.ts';
import { NoiseSession, type Session } from './session.ts';

/**
 * One side of a handshake, without any input or output of its own: whoever owns the connection moves the bytes, in the
 * order `turn` says. The first error of any kind ends it and wipes it; recovery is a new handshake.
 */
export interface ProfileHandshake {
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
   *   PATTERNS_PAYLOAD_INVALID, PATTERNS_WEAK_KEY, PATTERNS_IDENTITY_UNVERIFIED, PATTERNS_IDENTITY_REFUSED,
   *   PATTERNS_ALLOW_FAILED, and the codes of calls at the wrong time.
   */
  read(message: Uint8Array): Promise<void>;
  /** The session, once `turn` is `done`; the caller owns it. Ends the handshake. */
  finish(): Session;
  /** Wipes and ends the handshake; a call still waiting, for a remote signer say, rejects at once. Idempotent. */
  destroy(): void;
}

/** The view of a Noise handshake at one turn. */
type TurnNamed<Turn extends AnyHandshake['turn']> = Extract<AnyHandshake, { turn: Turn }>;

/**
 * Starts one side of a handshake. Weak keys, wrong lengths and foreign suites are refused here, before anything is
 * signed or sent.
 *
 * @throws PATTERNS_WEAK_KEY if `remoteStatic` is of low order or the local secret is all zero.
 * @throws PATTERNS_KEY_LENGTH, PATTERNS_PROLOGUE_INVALID, PATTERNS_SUITE_REFUSED
 * @see N8 §1.6, §1.7
 */
export function createProfileHandshake(options: ProfileHandshakeOptions): ProfileHandshake {
  return new ProfileDriver(options);
}

function startNoise(options: ProfileHandshakeOptions, suite: Suite, prologue: Uint8Array): AnyHandshake {
  return createHandshake<HandshakePattern, Role>({
    pattern: options.profile.noise,
    suite,
    role: options.role,
    prologue,
    s: options.noiseKey,
    rs: options.role === 'initiator' ? options.remoteStatic : undefined,
  });
}

class ProfileDriver implements ProfileHandshake {
  readonly #profile: Profile;
  readonly #role: Role;
  readonly #context: Omit<StepContext, 'remoteStatic'>;
  #noise: AnyHandshake;
  /** Messages done: the index of the next payload step. */
  #done = 0;
  #identity: VerifiedIdentity | undefined;
  /** Rejects the call that is running, if one is. */
  #cancel: ((reason: unknown) => void) | undefined;
  /** What ended the handshake; set once. */
  #endedBy: string | undefined;

  constructor(options: ProfileHandshakeOptions) {
    const suite = checkedSuite(options.suite);
    checkStatics(options);
    const prologue = prologueBytes(options.prologue ?? DEFAULT_PROLOGUE);
    const initiator = options.role === 'initiator' ? options : undefined;
    const responder = options.role === 'responder' ? options : undefined;
    this.#profile = options.profile;
    this.#role = options.role;
    this.#context = {
      prologue,
      ownStatic: options.noiseKey.publicKey.slice(),
      signer: initiator?.signer,
      padIdentity: initiator?.padIdentity ?? true,
      allowIdentity: allowRule(responder?.allowIdentity),
    };
    this.#noise = startNoise(options, suite, prologue);
  }

  get turn(): AnyHandshake['turn'] {
    return this.#noise.turn;
  }

  write(): Promise<Uint8Array> {
    return this.#run('write', async (turn, step) => {
      const payload = await step.write(this.#contextAt(turn));
      // If the handshake was ended while the signer was busy, the wiped turn refuses.
      const { message, next } = turn.write(payload);
      this.#noise = next;
      return message;
    });
  }

  read(message: Uint8Array): Promise<void> {
    return this.#run('read', async (turn, step) => {
      const { payload, next } = turn.read(message);
      const identity = await step.read(payload, this.#contextAt(next));
      this.#requireLive();
      this.#identity ??= identity;
      this.#noise = next;
    });
  }

  finish(): Session {
    const turn = this.#enter('finish', 'done');
    const facts = {
      id: turn.handshakeHash,
      pattern: this.#profile.name,
      role: this.#role,
      remoteStatic: turn.remoteStatic,
      remoteIdentity: this.#identity?.publicKey,
      confirmed: this.#profile.confirmedBy[this.#role] === 'handshake',
    };
    this.#endedBy = 'finish';
    return new NoiseSession(createTransport(turn.split()), facts);
  }

  destroy(): void {
    this.#end('destroy');
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

  #contextAt(turn: AnyHandshake): StepContext {
    return { ...this.#context, remoteStatic: turn.remoteStatic };
  }

  /** Runs one call from check to result; `destroy` and a second call interrupt it. */
  async #run<Turn extends 'write' | 'read', Result>(
    called: Turn,
    work: (turn: TurnNamed<Turn>, step: PayloadStep) => Promise<Result>,
  ): Promise<Result> {
    const turn = this.#enter(called, called);
    const step = this.#profile.payloads[this.#done];
    if (step === undefined) throw new TypeError('the profile has fewer payload steps than messages');
    const interrupted = new Promise<never>((_, reject) => {
      this.#cancel = reject;
    });
    try {
      const result = await Promise.race([work(turn, step), interrupted]);
      this.#done += 1;
      return result;
    } catch (error) {
      this.#end(isCodedError(error) ? error.code : 'an unexpected error');
      throw error;
    } finally {
      this.#cancel = undefined;
    }
  }

  /** Every call starts here: not ended, not busy, and its turn. */
  #enter<Turn extends AnyHandshake['turn']>(called: string, turn: Turn): TurnNamed<Turn> {
    this.#requireLive();
    if (this.#cancel !== undefined) this.#fail(new PatternsError('PATTERNS_BUSY', { called }));
    if (this.turn !== turn)
      this.#fail(new PatternsError('PATTERNS_OUT_OF_TURN', { called, turn: this.turn }));
    return this.#noise as TurnNamed<Turn>;
  }

  #requireLive(): void {
    if (this.#endedBy !== undefined)
      throw new PatternsError('PATTERNS_HANDSHAKE_ENDED', { by: this.#endedBy });
  }

  #fail(error: PatternsError): never {
    this.#end(error.code);
    throw error;
  }

  /** The first end is the last: wipes, and stops the call that is running. */
  #end(by: string): void {
    if (this.#endedBy !== undefined) return;
    this.#endedBy = by;
    this.#noise.destroy();
    this.#cancel?.(new PatternsError('PATTERNS_HANDSHAKE_ENDED', { by }));
  }
}
