export {
  DEFAULT_PROLOGUE,
  IDENTITY_PAYLOAD_LONGEST_BYTES,
  IDENTITY_PAYLOAD_MAXIMUM_BYTES,
  KEY_BYTES,
  PROLOGUE_MAXIMUM_BYTES,
  SIGNATURE_BYTES,
} from './constants.ts';
export { type IdentityCheck, PATTERNS_ERRORS, PatternsError, type PayloadFault } from './errors.ts';
export { createProfileHandshake, type ProfileHandshake } from './handshake.ts';
export type { InitiatorOptions, ProfileHandshakeOptions, ResponderOptions } from './handshake-options.ts';
export {
  type BindingInput,
  type BindingRole,
  identityBinding,
  isVerifiedIdentity,
  type VerifiedIdentity,
  verifyIdentity,
} from './identity-binding.ts';
export {
  decodeIdentityPayload,
  encodeIdentityPayload,
  type IdentityPayload,
  type PayloadRole,
} from './identity-payload.ts';
export {
  createIdentitySigner,
  type IdentitySigner,
  identityPublicKey,
  type LocalIdentitySigner,
} from './identity-signer.ts';
export { deriveNoiseKeyPair, deriveNoiseSecret, paykitDemoContext } from './key-derivation.ts';
export type {
  AllowIdentity,
  Guarantees,
  PayloadStep,
  Profile,
  ProfileName,
  StepContext,
} from './profile.ts';
export { IK } from './profiles/ik.ts';
export type { Session } from './session.ts';
export { verifyStrictly } from './strict-ed25519.ts';
