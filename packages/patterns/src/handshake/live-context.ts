import {
  type AnyHandshake,
  createHandshake,
  type HandshakeOptions,
  type HandshakePattern,
  type KeyPair,
  type Role,
  type Suite,
} from '@pubky-paykit/noise-core';
import { isCodedError } from '@pubky-paykit/primitives';
import { DEFAULT_PROLOGUE } from '../constants.ts';
import type { IdentitySigner } from '../identity/identity-signer.ts';
import type { StepContext } from '../profiles/profile.ts';
import { type AllowIdentity, type AllowStatic, identityRule, staticRule } from '../rules/admission.ts';
import { type TrustRule, trustRule } from '../rules/pinning.ts';
import type { ReplayCache } from '../rules/replay-cache.ts';
import type { AnyHandshakeOptions } from './handshake-options.ts';
import { prologueBytes } from './prologue.ts';

/** A view of a Noise handshake whose turn it is to read. */
type Reading = Extract<AnyHandshake, { turn: 'read' }>;

/** Whether the sender of a message may have meant another key: whatever else is wrong with it, no key makes good. */
function isForAnotherKey(error: unknown): boolean {
  return isCodedError(error) && error.code === 'NOISE_DECRYPT_FAILED';
}

/**
 * The one context all steps of a handshake get: the rules, copied, and the keys of the Noise handshake as far as it
 * knows them when a step asks. A class, because an object with spread rules and getters costs 2 µs a side (`npm run
 * bench -- --only profile`).
 */
export class LiveContext implements StepContext {
  readonly signer: IdentitySigner | undefined;
  readonly expectedIdentity: Uint8Array | undefined;
  readonly trust: TrustRule | undefined;
  readonly padIdentity: boolean;
  readonly allowIdentity: AllowIdentity | undefined;
  readonly allowStatic: AllowStatic | undefined;
  readonly replayCache: ReplayCache | undefined;
  readonly prologue: Uint8Array;
  /** The present turn. */
  noise: AnyHandshake;
  /** 32 bytes, what the peer has addressed, once it has. */
  ownStatic: Uint8Array | undefined;
  /** Whether that is a key this side had before. */
  formerKeyUsed = false;
  /** Not tried yet; none once a message was read. */
  #formerKeys: readonly KeyPair[];
  readonly #settings: HandshakeOptions<HandshakePattern, Role>;

  /** @throws PATTERNS_KEY_LENGTH, PATTERNS_PROLOGUE_INVALID, TypeError */
  constructor(options: AnyHandshakeOptions, suite: Suite) {
    this.signer = options.signer;
    this.expectedIdentity = options.expectedIdentity && Uint8Array.from(options.expectedIdentity);
    this.trust = trustRule(options.trust);
    this.padIdentity = options.padIdentity ?? true;
    this.allowIdentity = identityRule(options.allowIdentity);
    this.allowStatic = staticRule(options.allowStatic);
    this.replayCache = options.replayCache;
    this.prologue = prologueBytes(options.prologue === undefined ? DEFAULT_PROLOGUE : options.prologue);
    this.#formerKeys = [...(options.formerNoiseKeys ?? [])];
    this.#settings = {
      pattern: options.profile.noise,
      suite,
      role: options.role,
      prologue: this.prologue,
      rs: options.remoteStatic,
    };
    this.noise = this.#begun(options.noiseKey);
  }

  get remoteStatic(): Uint8Array | undefined {
    return this.noise.remoteStatic;
  }

  get ownEphemeral(): Uint8Array | undefined {
    return this.noise.localEphemeral;
  }

  get remoteEphemeral(): Uint8Array | undefined {
    return this.noise.remoteEphemeral;
  }

  /**
   * Reads a Noise message. The first one is tried with every key of this side, each in a handshake of its own, as a key
   * stands in the transcript; the order is that of the keys, whatever a peer does.
   *
   * @throws What the last of them fails with, if all do: NOISE_DECRYPT_FAILED, unless no key would make it good.
   */
  read(message: Uint8Array): ReturnType<Reading['read']> {
    // One that is destroyed may not be used any more: its overlap has ended while the peer took its time.
    const [next, ...left] = this.#formerKeys.filter(({ destroyed }) => !destroyed);
    this.#formerKeys = [];
    try {
      return (this.noise as Reading).read(message);
    } catch (error) {
      if (next === undefined || !isForAnotherKey(error)) throw error;
      this.#formerKeys = left;
      this.noise = this.#begun(next);
      this.formerKeyUsed = true;
      return this.read(message);
    }
  }

  #begun(s: KeyPair | undefined): AnyHandshake {
    this.ownStatic = s && Uint8Array.from(s.publicKey);
    return createHandshake<HandshakePattern, Role>({ ...this.#settings, s });
  }
}
