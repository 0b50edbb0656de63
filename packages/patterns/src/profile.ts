import type { HandshakePattern, Role } from '@pubky-paykit/noise-core';
import type { VerifiedIdentity } from './identity-binding.ts';
import type { IdentitySigner } from './identity-signer.ts';

/** The profiles of this version, by the names the wire generation 0.8 uses. */
export type ProfileName = 'IK';

/** Decides whether an identity that proved itself may go on. Only `true` lets it. */
export type AllowIdentity = (identity: VerifiedIdentity) => boolean | Promise<boolean>;

/** What one side may rely on after the handshake. */
export interface Guarantees {
  /** What the peer proved to this side. */
  readonly proves: {
    /** That it holds the secret of its X25519 static key. */
    readonly remoteStatic: boolean;
    /** That its X25519 static key belongs to its Ed25519 identity. */
    readonly remoteIdentity: boolean;
  };
  /** What an observer without any static secret does not learn about this side. */
  readonly hides: { readonly ownStatic: boolean; readonly ownIdentity: boolean };
  /** Whether all this side received in the handshake may be a recording. */
  readonly replayable: boolean;
}

/** What payload steps may look at. Byte strings are borrowed. */
export interface StepContext {
  readonly prologue: Uint8Array;
  /** 32 bytes, the X25519 static public key of this side. */
  readonly ownStatic: Uint8Array;
  /** 32 bytes, the peer's X25519 static key as far as Noise knows it. */
  readonly remoteStatic: Uint8Array | undefined;
  readonly signer: IdentitySigner | undefined;
  readonly padIdentity: boolean;
  readonly allowIdentity: AllowIdentity | undefined;
}

/** What one handshake message carries besides keys: how its sender makes it, what its receiver makes of it. */
export interface PayloadStep {
  write(context: StepContext): Promise<Uint8Array>;
  /** Throws to end the handshake; returns the identity if this payload proved one. */
  read(payload: Uint8Array, context: StepContext): Promise<VerifiedIdentity | undefined>;
}

/**
 * One way to open a session: a Noise pattern, what its messages carry, and what each side may rely on afterwards.
 * Profiles are records side by side; one driver reads them all, and so do selection, policy and documentation.
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
  /** One step for each message of the pattern, in order. */
  readonly payloads: readonly PayloadStep[];
  /**
   * When each side knows that the peer is live and not a recording: at the end of the handshake, or with the first
   * transport message that decrypts (W-28, W-41).
   */
  readonly confirmedBy: Readonly<Record<Role, 'handshake' | 'first-message'>>;
}
