export { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
export {
  DEFAULT_PROLOGUE,
  FORMER_NOISE_KEYS_MAXIMUM,
  IDENTITY_PAYLOAD_LONGEST_BYTES,
  IDENTITY_PAYLOAD_MAXIMUM_BYTES,
  KEY_BYTES,
  PROLOGUE_MAXIMUM_BYTES,
  SIGNATURE_BYTES,
} from './constants.ts';
export {
  type IdentityCheck,
  PATTERNS_ERRORS,
  PatternsError,
  type PayloadFault,
  type SettingFault,
} from './errors.ts';
export {
  type Dialled,
  type DialOptions,
  dialPeer,
  type KnownPeer,
  type OwnKeys,
} from './handshake/dialling.ts';
export { advanceHandshake, type ExchangeStep } from './handshake/exchange.ts';
export { createProfileHandshake, type ProfileHandshake } from './handshake/handshake.ts';
export type {
  AnyHandshakeOptions,
  HandshakeOptions,
  HandshakeSettings,
  ProfileOptions,
} from './handshake/handshake-options.ts';
export {
  type AcceptedSession,
  type OfferedKeys,
  type OfferOptions,
  offerProfiles,
  type PatternSwitch,
  type ProfileOffer,
} from './handshake/negotiation.ts';
export {
  createPendingHandshakes,
  type HandshakeHandle,
  isHandshakeHandle,
  type PendingHandshakes,
  type PendingHandshakesOptions,
} from './handshake/pending-handshakes.ts';
export {
  type AttestationFacts,
  type AttestedEphemerals,
  attestationDigest,
  verifyAttestation,
} from './identity/attestation.ts';
export { type Attestation, decodeAttestation, encodeAttestation } from './identity/attestation-message.ts';
export {
  type BindingInput,
  type BindingRole,
  identityBinding,
  verifyIdentity,
} from './identity/identity-binding.ts';
export {
  decodeIdentityPayload,
  encodeIdentityPayload,
  type IdentityPayload,
  type PayloadRole,
} from './identity/identity-payload.ts';
export { type LookUpNoiseKeys, resolveIdentity } from './identity/identity-resolution.ts';
export {
  createIdentitySigner,
  type IdentitySigner,
  identityPublicKey,
  type LocalIdentitySigner,
} from './identity/identity-signer.ts';
export { deriveNoiseKeyPair, deriveNoiseSecret, paykitDemoContext } from './identity/key-derivation.ts';
export {
  createSeedKeyProvider,
  type KeyProvider,
  type SeedKeyProvider,
  signerOf,
  withNoiseKey,
} from './identity/key-provider.ts';
export { isVerifiedIdentity, type VerifiedIdentity } from './identity/verified-identity.ts';
export { PROFILES } from './profiles/catalogue.ts';
export { IK } from './profiles/ik.ts';
export { IK_RAW } from './profiles/ik-raw.ts';
export { N } from './profiles/n.ts';
export { NN } from './profiles/nn.ts';
export {
  PATTERN_BYTES,
  PROFILE_NAMES,
  type ProfileName,
  parseProfileName,
  profileOfByte,
} from './profiles/pattern-names.ts';
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
} from './profiles/profile.ts';
export { XX } from './profiles/xx.ts';
export type { AllowIdentity, AllowStatic } from './rules/admission.ts';
export { createMemoryPinStore, type Pin, type PinStore, type TrustRule } from './rules/pinning.ts';
export { createReplayCache, type ReplayCache, type ReplayCacheOptions } from './rules/replay-cache.ts';
export { assignArm, type Experiment, type ExperimentArm } from './selection/experiment.ts';
export { type MeasurementPorts, measureHandshake } from './selection/measurement.ts';
export {
  type AssignedArm,
  createPatternPolicy,
  type PatternPolicy,
  type PolicySelection,
  type SelectOptions,
} from './selection/policy.ts';
export type { DegradedBecause, PolicyEvent, PolicyPorts } from './selection/policy-events.ts';
export {
  type CompleteSettings,
  type PolicySettings,
  parsePolicySettings,
} from './selection/policy-settings.ts';
export { isPossible, meets, type Requirement } from './selection/requirements.ts';
export { type Selection, selectPattern } from './selection/selection.ts';
export type { Situation } from './selection/situation.ts';
export type {
  AnySession,
  ReceiveSession,
  SendSession,
  Session,
  SessionFacts,
  SessionOf,
} from './sessions/session.ts';
export type { SessionId } from './sessions/session-id.ts';
export {
  createSessionRegistry,
  type SessionRegistry,
  type SessionRegistryOptions,
} from './sessions/session-registry.ts';
export {
  decryptFramed,
  decryptFrames,
  type EncryptFramedOptions,
  encryptFramed,
  type FramedOptions,
} from './sessions/streaming.ts';
