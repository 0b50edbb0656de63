import {
  type AnyHandshake,
  createHandshake,
  type HandshakePattern,
  type Role,
  type Suite,
} from '@pubky-paykit/noise-core';
import { DEFAULT_PROLOGUE } from '../constants.ts';
import type { IdentitySigner } from '../identity/identity-signer.ts';
import type { StepContext } from '../profiles/profile.ts';
import { type AllowIdentity, type AllowStatic, identityRule, staticRule } from '../rules/admission.ts';
import { type TrustRule, trustRule } from '../rules/pinning.ts';
import type { ReplayCache } from '../rules/replay-cache.ts';
import type { AnyHandshakeOptions } from './handshake-options.ts';
import { prologueBytes } from './prologue.ts';

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
  readonly ownStatic: Uint8Array | undefined;
  /** The present turn. */
  noise: AnyHandshake;

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
    this.ownStatic = options.noiseKey && Uint8Array.from(options.noiseKey.publicKey);
    this.noise = createHandshake<HandshakePattern, Role>({
      pattern: options.profile.noise,
      suite,
      role: options.role,
      prologue: this.prologue,
      s: options.noiseKey,
      rs: options.remoteStatic,
    });
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
}
