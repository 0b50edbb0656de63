import { describe, expect, it } from 'vitest';
import * as patterns from '../src/index.ts';
import * as testing from '../src/testing.ts';

describe('the package', () => {
  it('exports exactly this', () => {
    expect(Object.keys(patterns).sort()).toEqual([
      'DEFAULT_PROLOGUE',
      'IDENTITY_PAYLOAD_LONGEST_BYTES',
      'IDENTITY_PAYLOAD_MAXIMUM_BYTES',
      'IK',
      'IK_RAW',
      'KEY_BYTES',
      'N',
      'NN',
      'PATTERNS_ERRORS',
      'PATTERN_BYTES',
      'PROFILES',
      'PROFILE_NAMES',
      'PROLOGUE_MAXIMUM_BYTES',
      'PatternsError',
      'SIGNATURE_BYTES',
      'XX',
      'advanceHandshake',
      'assignArm',
      'attestationDigest',
      'createIdentitySigner',
      'createMemoryPinStore',
      'createPatternPolicy',
      'createPendingHandshakes',
      'createProfileHandshake',
      'createReplayCache',
      'createSeedKeyProvider',
      'createSessionRegistry',
      'decodeAttestation',
      'decodeIdentityPayload',
      'decryptFramed',
      'decryptFrames',
      'deriveNoiseKeyPair',
      'deriveNoiseSecret',
      'dialPeer',
      'encodeAttestation',
      'encodeIdentityPayload',
      'encryptFramed',
      'identityBinding',
      'identityPublicKey',
      'isHandshakeHandle',
      'isPossible',
      'isVerifiedIdentity',
      'measureHandshake',
      'meets',
      'offerProfiles',
      'parsePolicySettings',
      'parseProfileName',
      'paykitDemoContext',
      'profileOfByte',
      'resolveIdentity',
      'selectPattern',
      'signerOf',
      'verifyAttestation',
      'verifyIdentity',
      'verifyStrictly',
      'withNoiseKey',
    ]);
  });

  it('has exactly these codes, with these numbers of N8 §9.1', () => {
    const codes = Object.entries(patterns.PATTERNS_ERRORS).map(([code, row]) => [
      code,
      'wireCode' in row ? row.wireCode : undefined,
    ]);
    expect(Object.fromEntries(codes)).toEqual({
      PATTERNS_PAYLOAD_INVALID: 4000,
      PATTERNS_PAYLOAD_UNEXPECTED: 6000,
      PATTERNS_IDENTITY_UNVERIFIED: 5000,
      PATTERNS_IDENTITY_REFUSED: 6000,
      PATTERNS_STATIC_REFUSED: 6000,
      PATTERNS_STATIC_UNEXPECTED: 5000,
      PATTERNS_PIN_CHANGED: 5000,
      PATTERNS_PIN_STORE_FULL: 9000,
      PATTERNS_TRUST_FAILED: 9000,
      PATTERNS_REPLAYED: 6000,
      PATTERNS_REPLAY_CACHE_FULL: 6000,
      PATTERNS_REPLAY_CACHE_FAILED: 9000,
      PATTERNS_ATTESTATION_INVALID: 4000,
      PATTERNS_ATTESTATION_WRONG_IDENTITY: 5000,
      PATTERNS_ATTESTATION_UNVERIFIED: 5000,
      PATTERNS_ATTESTATION_SWAPPED: 5000,
      PATTERNS_ATTESTATION_REFLECTED: 5000,
      PATTERNS_IDENTITY_MISMATCH: 5000,
      PATTERNS_IDENTITY_UNRESOLVED: 5001,
      PATTERNS_LOOKUP_FAILED: 2000,
      PATTERNS_PATTERN_UNKNOWN: 3000,
      PATTERNS_NO_PATTERN: 6000,
      PATTERNS_NO_PATTERN_ALLOWED: 6000,
      PATTERNS_POLICY_INVALID: undefined,
      PATTERNS_WEAK_KEY: 7000,
      PATTERNS_KEY_LENGTH: 1000,
      PATTERNS_CONTEXT_INVALID: 1000,
      PATTERNS_SIGNER_DESTROYED: 1000,
      PATTERNS_SIGNER_FAILED: 1000,
      PATTERNS_SIGNER_WRONG: 1000,
      PATTERNS_ALLOW_FAILED: undefined,
      PATTERNS_SUITE_REFUSED: undefined,
      PATTERNS_PROLOGUE_INVALID: undefined,
      PATTERNS_OUT_OF_TURN: 3000,
      PATTERNS_BUSY: 3000,
      PATTERNS_HANDSHAKE_ENDED: 3000,
      PATTERNS_EXCHANGE_CALL: 3000,
      PATTERNS_PENDING_FULL: 6000,
      PATTERNS_HANDLE_UNKNOWN: 99_999,
      PATTERNS_HANDLE_BUSY: 3000,
      PATTERNS_SESSION_EXISTS: 6000,
      PATTERNS_SESSION_ENDED: 3000,
      PATTERNS_SESSION_UNKNOWN: 99_999,
      PATTERNS_SESSIONS_FULL: 6000,
      PATTERNS_SESSIONS_FULL_FOR_PEER: 6000,
      PATTERNS_TABLE_DESTROYED: 3000,
      PATTERNS_FRAMES_TRUNCATED: 99_999,
      PATTERNS_FRAME_LENGTH: 99_999,
      PATTERNS_FRAMED_TOO_LONG: 6000,
      PATTERNS_KEY_UNKNOWN: 1000,
      PATTERNS_KEY_PROVIDER_FAILED: 1000,
      PATTERNS_KEY_PROVIDER_DESTROYED: 1000,
    });
  });

  it('says in every row what to do next [F3]', () => {
    for (const row of Object.values(patterns.PATTERNS_ERRORS)) expect(row.nextStep).toMatch(/^[A-Z].*\.$/);
  });

  it('keeps the seam for fixed ephemerals in ./testing, under a name that says so', () => {
    const functions = Object.entries(testing).filter(([, value]) => typeof value === 'function');
    expect(functions.map(([name]) => name)).toEqual(['suiteWithFixedEphemeralForTestingOnly']);
    expect(Object.keys(patterns).join()).not.toMatch(/ephemeral/i);
  });
});
