export type { AllowIdentity, AllowStatic } from './admission.ts';
export {
  type AttestationFacts,
  type AttestedEphemerals,
  attestationDigest,
  verifyAttestation,
} from './attestation.ts';
export { type Attestation, decodeAttestation, encodeAttestation } from './attestation-message.ts';
export {
  DEFAULT_PROLOGUE,
  IDENTITY_PAYLOAD_LONGEST_BYTES,
  IDENTITY_PAYLOAD_MAXIMUM_BYTES,
  KEY_BYTES,
  PROLOGUE_MAXIMUM_BYTES,
  SIGNATURE_BYTES,
} from './constants.ts';
export { type Dialled, type DialOptions, dialPeer, type KnownPeer, type OwnKeys } from './dialling.ts';
export {
  type IdentityCheck,
  PATTERNS_ERRORS,
  PatternsError,
  type PayloadFault,
  type SettingFault,
} from './errors.ts';
export { advanceHandshake, type ExchangeStep } from './exchange.ts';
export { assignArm, type Experiment, type ExperimentArm } from './experiment.ts';
export { createProfileHandshake, type ProfileHandshake } from './handshake.ts';
export type {
  AnyHandshakeOptions,
  HandshakeOptions,
  HandshakeSettings,
  ProfileOptions,
} from './handshake-options.ts';
export {
  type BindingInput,
  type BindingRole,
  identityBinding,
  verifyIdentity,
} from './identity-binding.ts';
export {
  decodeIdentityPayload,
  encodeIdentityPayload,
  type IdentityPayload,
  type PayloadRole,
} from './identity-payload.ts';
export { type LookUpNoiseKeys, resolveIdentity } from './identity-resolution.ts';
export {
  createIdentitySigner,
  type IdentitySigner,
  identityPublicKey,
  type LocalIdentitySigner,
} from './identity-signer.ts';
export { deriveNoiseKeyPair, deriveNoiseSecret, paykitDemoContext } from './key-derivation.ts';
export {
  createSeedKeyProvider,
  type KeyProvider,
  type SeedKeyProvider,
  signerOf,
  withNoiseKey,
} from './key-provider.ts';
export { type MeasurementPorts, measureHandshake } from './measurement.ts';
export { type OfferOptions, offerProfiles, type PatternSwitch, type ProfileOffer } from './negotiation.ts';
export {
  PATTERN_BYTES,
  PROFILE_NAMES,
  type ProfileName,
  parseProfileName,
  profileOfByte,
} from './pattern-names.ts';
export {
  createPendingHandshakes,
  type HandshakeHandle,
  isHandshakeHandle,
  type PendingHandshakes,
  type PendingHandshakesOptions,
} from './pending-handshakes.ts';
export { createMemoryPinStore, type Pin, type PinStore, type TrustRule } from './pinning.ts';
export {
  type AssignedArm,
  createPatternPolicy,
  type PatternPolicy,
  type PolicySelection,
  type SelectOptions,
} from './policy.ts';
export type { DegradedBecause, PolicyEvent, PolicyPorts } from './policy-events.ts';
export { type CompleteSettings, type PolicySettings, parsePolicySettings } from './policy-settings.ts';
export type {
  Check,
  CompletionStep,
  Confirmation,
  Guarantees,
  HandshakeRules,
  MessageStep,
  OptionName,
  OptionNames,
  OptionValues,
  PayloadStep,
  Profile,
  StepContext,
} from './profile.ts';
export { IK } from './profiles/ik.ts';
export { IK_RAW } from './profiles/ik-raw.ts';
export { N } from './profiles/n.ts';
export { NN } from './profiles/nn.ts';
export { XX } from './profiles/xx.ts';
export { PROFILES } from './profiles.ts';
export { createReplayCache, type ReplayCache, type ReplayCacheOptions } from './replay-cache.ts';
export { isPossible, meets, type Requirement } from './requirements.ts';
export { type Selection, selectPattern } from './selection.ts';
export type {
  AnySession,
  ReceiveSession,
  SendSession,
  Session,
  SessionFacts,
  SessionOf,
} from './session.ts';
export {
  createSessionRegistry,
  type SessionId,
  type SessionRegistry,
  type SessionRegistryOptions,
} from './session-registry.ts';
export type { Situation } from './situation.ts';
export {
  decryptFramed,
  decryptFrames,
  type EncryptFramedOptions,
  encryptFramed,
  type FramedOptions,
} from './streaming.ts';
export { verifyStrictly } from './strict-ed25519.ts';
export { isVerifiedIdentity, type VerifiedIdentity } from './verified-identity.ts';
