import type { HandshakePattern, KeyPair, Role } from '@pubky-paykit/noise-core';
import type { IdentitySigner } from '../identity/identity-signer.ts';
import type { VerifiedIdentity } from '../identity/verified-identity.ts';
import type { AllowIdentity, AllowStatic } from '../rules/admission.ts';
import type { TrustRule } from '../rules/pinning.ts';
import type { ReplayCache } from '../rules/replay-cache.ts';
import type { ProfileName } from './pattern-names.ts';

/** What one side may rely on after the handshake. */
export interface Guarantees {
  /** What the peer proved to this side. */
  readonly proves: {
    /** That it holds the secret of its X25519 static key. */
    readonly remoteStatic: boolean;
    /** Which Ed25519 identity it is. */
    readonly remoteIdentity: boolean;
  };
  /** What an observer without any static secret does not learn about this side. */
  readonly hides: { readonly ownStatic: boolean; readonly ownIdentity: boolean };
  /** What the peer itself does not learn about this side, so that it cannot tell one caller from another. */
  readonly anonymous: boolean;
  /** Whether all this side received in the handshake may be a recording. */
  readonly replayable: boolean;
  /** Whether what is sent to the peer stays secret if static keys leak later, the peer's included. */
  readonly forwardSecret: boolean;
}

/** When a side knows that its peer is live and not a recording (W-28, W-41). */
export type Confirmation = 'handshake' | 'first-message' | 'never';

/** What an application may have to pass, by the name of the option. Byte strings are copied, key pairs borrowed. */
export interface OptionValues {
  /** This side's X25519 static key; borrowed, keep it alive until the handshake has ended. */
  readonly noiseKey: KeyPair;
  /**
   * Key pairs this side had before `noiseKey`, at most 2, the newest first; borrowed in the same way. A first message that
   * `noiseKey` does not decrypt is tried with each of them that was not destroyed meanwhile. So who has not heard of a
   * rotation yet is answered during its overlap; leave out what is revoked, or whose overlap is over.
   */
  readonly formerNoiseKeys: readonly KeyPair[];
  /** 32 bytes, the responder's X25519 static key, from a verified record. */
  readonly remoteStatic: Uint8Array;
  /** Signs for this side's identity, once. */
  readonly signer: IdentitySigner;
  /** 32 bytes, the Ed25519 identity the peer must prove to be. */
  readonly expectedIdentity: Uint8Array;
  /** Why the key that the responder shows may be trusted. */
  readonly trust: TrustRule;
  /**
   * Whether the identity payload is filled up to 574 bytes, so that message 1 always has 670 bytes (W-46). Default
   * true; `false` gives the exact bytes of the 0.8 reference.
   */
  readonly padIdentity: boolean;
  /** Who may connect: identities (32 bytes each) or a question. Default: every identity that proves itself. */
  readonly allowIdentity: readonly Uint8Array[] | AllowIdentity;
  /** Which Noise keys may connect: keys (32 bytes each), a question, or `'anyone'`. */
  readonly allowStatic: readonly Uint8Array[] | AllowStatic | 'anyone';
  /** Remembers first messages, so that a recorded one is refused; share one among all handshakes of a listener. */
  readonly replayCache: ReplayCache;
}

/** The name of an option. */
export type OptionName = keyof OptionValues;

/** Which options one side of a profile takes. Every other one is refused, so that no rule is silently ignored. */
export interface OptionNames {
  readonly required: readonly OptionName[];
  readonly optional: readonly OptionName[];
}

/** The rules of a handshake as its steps see them. */
export interface HandshakeRules {
  readonly signer: IdentitySigner | undefined;
  readonly expectedIdentity: Uint8Array | undefined;
  readonly trust: TrustRule | undefined;
  readonly padIdentity: boolean;
  readonly allowIdentity: AllowIdentity | undefined;
  readonly allowStatic: AllowStatic | undefined;
  readonly replayCache: ReplayCache | undefined;
}

/** What steps may look at. Byte strings are borrowed. */
export interface StepContext extends HandshakeRules {
  readonly prologue: Uint8Array;
  /** 32 bytes, the X25519 static public key of this side, if it has one. */
  readonly ownStatic: Uint8Array | undefined;
  /** 32 bytes, the peer's X25519 static key as far as Noise knows it. */
  readonly remoteStatic: Uint8Array | undefined;
  /** 32 bytes, this side's ephemeral public key, once sent. */
  readonly ownEphemeral: Uint8Array | undefined;
  /** 32 bytes, the peer's ephemeral public key, once received. */
  readonly remoteEphemeral: Uint8Array | undefined;
}

/** What one message carries besides keys: how its sender makes it, what its receiver makes of it. */
export interface PayloadStep {
  write(context: StepContext): Promise<Uint8Array>;
  /** Throws to end the handshake; returns the identity if this payload proved one. */
  read(payload: Uint8Array, context: StepContext): Promise<VerifiedIdentity | undefined>;
}

/**
 * A rule the receiver of a message applies once its payload is good; it is told the identity this message proved, if it
 * proved one. Throws to end the handshake.
 */
export type Check = (context: StepContext, identity: VerifiedIdentity | undefined) => Promise<void>;

/** One message of the Noise pattern: what it carries, and what its receiver checks then, in order. */
export interface MessageStep {
  readonly carries: PayloadStep;
  readonly checks?: readonly Check[];
}

/** One message after the Noise handshake, encrypted, without which there is no session. */
export interface CompletionStep extends MessageStep {
  readonly by: Role;
}

/**
 * One way to open a session: a Noise pattern, what its messages carry, and what each side may rely on afterwards.
 * Profiles are records side by side; one driver reads them all, and so do selection, policy, types and documentation.
 *
 * @see N8 §1.2, §1.8
 */
export interface Profile {
  readonly name: ProfileName;
  /** The negotiation byte, N8 §1.3. */
  readonly byte: number;
  readonly noise: HandshakePattern;
  readonly guarantees: Readonly<Record<Role, Guarantees>>;
  /** Whether only the initiator can ever send. */
  readonly oneWay: boolean;
  readonly options: Readonly<Record<Role, OptionNames>>;
  /** One step for each message of the pattern, in order. */
  readonly messages: readonly MessageStep[];
  /** What has to follow before the session is there, in order. */
  readonly completion: readonly CompletionStep[];
  readonly confirmedBy: Readonly<Record<Role, Confirmation>>;
}
