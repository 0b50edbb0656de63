import type { KeyPair, Suite } from '@pubky-paykit/noise-core';
import { blake2s } from '@pubky-paykit/noise-core/blake2s';
import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import { equalBytes } from '@pubky-paykit/primitives';
import { KEY_BYTES, SUITE_NAME } from './constants.ts';
import { PatternsError } from './errors.ts';
import type { IdentitySigner } from './identity-signer.ts';
import { requireLength } from './lengths.ts';
import type { AllowIdentity, Profile } from './profile.ts';
import { belongsToZeroSecret, isLowOrder } from './weak-keys.ts';

interface CommonOptions {
  readonly profile: Profile;
  /** This side's X25519 static key; borrowed, keep it alive until the handshake has ended. */
  readonly noiseKey: KeyPair;
  /** Text, or at most 1 024 bytes; copied. Both sides must use the same. Default `pubky-noise-v1`. */
  readonly prologue?: Uint8Array | string | undefined;
  /** Other backends of 25519_ChaChaPoly_BLAKE2s; any other suite is refused (W-12). */
  readonly suite?: Suite | undefined;
}

/** For the side that opens the connection. */
export interface InitiatorOptions extends CommonOptions {
  readonly role: 'initiator';
  /** 32 bytes, the responder's X25519 static key; copied. */
  readonly remoteStatic: Uint8Array;
  /** Signs the identity binding once. */
  readonly signer: IdentitySigner;
  /**
   * Whether the identity payload is filled up to 574 bytes, so that message 1 always has 670 bytes (W-46). Default
   * true; `false` gives the exact bytes of the 0.8 reference.
   */
  readonly padIdentity?: boolean | undefined;
}

/** For the side that accepts the connection. */
export interface ResponderOptions extends CommonOptions {
  readonly role: 'responder';
  /** Who may connect: identities (32 bytes each; copied) or a question. Default: every identity that proves itself. */
  readonly allowIdentity?: readonly Uint8Array[] | AllowIdentity | undefined;
}

/** Options of one side. */
export type ProfileHandshakeOptions = InitiatorOptions | ResponderOptions;

const DEFAULT_SUITE: Suite = { dh: x25519, cipher: chachaPoly, hash: blake2s };

/** @throws PATTERNS_SUITE_REFUSED unless the backends make the one suite of 0.8 (W-12). */
export function checkedSuite(suite: Suite = DEFAULT_SUITE): Suite {
  if (`${suite.dh.name}_${suite.cipher.name}_${suite.hash.name}` !== SUITE_NAME) {
    throw new PatternsError('PATTERNS_SUITE_REFUSED', { expected: SUITE_NAME });
  }
  return suite;
}

/** @throws PATTERNS_WEAK_KEY, PATTERNS_KEY_LENGTH */
export function checkStatics(options: ProfileHandshakeOptions): void {
  if (belongsToZeroSecret(options.noiseKey.publicKey)) {
    throw new PatternsError('PATTERNS_WEAK_KEY', { key: 'local static' });
  }
  if (options.role === 'responder') return;
  requireLength('remote static key', options.remoteStatic, KEY_BYTES);
  if (isLowOrder(options.remoteStatic))
    throw new PatternsError('PATTERNS_WEAK_KEY', { key: 'remote static' });
  requireLength('public key of the signer', options.signer.publicKey, KEY_BYTES);
}

/** The one question behind both forms of `allowIdentity`; a list is copied. */
export function allowRule(allowed: ResponderOptions['allowIdentity']): AllowIdentity | undefined {
  if (allowed === undefined || typeof allowed === 'function') return allowed;
  const identities = allowed.map((identity) => {
    requireLength('allowed identity', identity, KEY_BYTES);
    return identity.slice();
  });
  return ({ publicKey }) => identities.some((identity) => equalBytes(identity, publicKey));
}
