export type { CachePolicySettings } from './cache/cache-policy.ts';
export {
  type CachedKey,
  type KeyObservation,
  type KnownKey,
  observeKey,
  UNKNOWN_KEY,
} from './cache/cached-key.ts';
export { CONTACT_POLICIES, type ContactClass, type ContactPolicy } from './cache/contact-policy.ts';
export type { DeviceAddress } from './cache/device-address.ts';
export type { KeptKey, ObservedKey } from './cache/kept-key.ts';
export {
  createKeyCache,
  type KeyCache,
  type KeyCacheOptions,
  type ObserveOptions,
} from './cache/key-cache.ts';
export type { PruneOptions, PruneReport } from './cache/key-pruning.ts';
export type { KeyUpkeepRules } from './cache/key-rhythm.ts';
export type { KeyCacheCall } from './cache/key-shelf.ts';
export { KEY_TRANSITIONS, type KeyEvent, type KeyState, nextKeyState } from './cache/key-state.ts';
export type { ListedKey } from './cache/key-upkeep.ts';
export { consultKey, type KeyUse, type KeyUseRule } from './cache/key-use.ts';
export {
  type ColdAction,
  type ColdBundle,
  type ColdRequest,
  type ColdStatement,
  coldBundleCodec,
  coldRequestCodec,
} from './cold/cold-files.ts';
export { type ColdRequestOptions, createColdRequest } from './cold/make-request.ts';
export { type PrepareOptions, prepareOffline } from './cold/prepare-offline.ts';
export {
  type PreparedReport,
  type PublishPreparedOptions,
  publishPrepared,
} from './cold/publish-prepared.ts';
export {
  DEFAULT_DEVICE,
  MAX_CLOCK_SKEW_SECONDS,
  MAX_DNS_MESSAGE_BYTES,
  MAX_KEY_AGE_SECONDS,
  MAX_KEY_RECORD_BYTES,
  MAX_PAYLOAD_BYTES,
} from './constants.ts';
export { createDiscovery, type Discovery } from './discovery/create-discovery.ts';
export type { DeviceList, ListDevicesOptions } from './discovery/device-list.ts';
export type { DiscoveryOptions, DiscoveryPolicy } from './discovery/discovery-options.ts';
export type {
  AbsentKey,
  AskedSources,
  Disagreement,
  DiscoverNoiseKey,
  DiscoverOptions,
  DiscoveryResult,
  FailedSource,
  FoundKey,
  RefusalOutcome,
  RefusedKey,
  RevokedKey,
  UnreachableKey,
} from './discovery/discovery-result.ts';
export { requireFoundKey } from './discovery/found-key.ts';
export type { LookUpCall } from './discovery/published-keys.ts';
export {
  createRollBackKeeper,
  type RollBackCall,
  type RollBackKeeper,
} from './discovery/roll-back-keeper.ts';
export type { UnverifiedClaim, UnverifiedClaims } from './discovery/unverified.ts';
export { decodeDnsMessage, encodeDnsMessage } from './dns/message.ts';
export type {
  AddressData,
  DnsRecord,
  DnsRecordData,
  NameData,
  ServiceData,
  TextData,
  UnknownData,
} from './dns/record.ts';
export {
  type DeviceProblem,
  DISCOVERY_ERRORS,
  DiscoveryError,
  type EndpointProblem,
  type KeyRecordField,
  type KeyRecordProblem,
  type MessageProblem,
  type RecordProblem,
} from './errors.ts';
export type { KeyFinderEvent } from './finding/finding-events.ts';
export type { ProbeReport } from './finding/key-asking.ts';
export {
  createKeyFinder,
  type DegradedKey,
  type FindOptions,
  type KeyFinder,
  type KeyFinderOptions,
} from './finding/key-finder.ts';
export type { PeerKey, PeerKeyReason } from './finding/peer-key.ts';
export {
  createHomeserverDirectory,
  type DirectoryCall,
  type DirectoryOptions,
  type LocatedHomeserver,
  type PkarrDirectory,
} from './homeserver/homeserver-directory.ts';
export { type HomeserverAddress, homeserverRecords, userRecord } from './homeserver/homeserver-records.ts';
export {
  type DerivedNoiseKey,
  type DeriveNoiseKey,
  derivationContext,
} from './lifecycle/derivation-context.ts';
export { formerDevice, isFormerDevice } from './lifecycle/former-device.ts';
export type { KeeperEvent, KeeperListeners } from './lifecycle/keeper-events.ts';
export {
  createKeyKeeper,
  type KeeperCall,
  type KeeperStatus,
  type KeyKeeper,
  type KeyKeeperOptions,
} from './lifecycle/key-keeper.ts';
export {
  activeKey,
  currentKey,
  type KeyLedger,
  type KeySelection,
  type LedgerKey,
  type LedgerKeyStatus,
  liveKeys,
} from './lifecycle/key-ledger.ts';
export {
  KEY_POLICIES,
  type KeyPolicy,
  type KeyPolicyName,
  requireKeyPolicy,
} from './lifecycle/key-policy.ts';
export { type DueAction, type KeyAction, nextKeyAction } from './lifecycle/key-schedule.ts';
export { keyLedgerCodec, openKeyLedgers } from './lifecycle/ledger-codec.ts';
export type { OwnersWord } from './lifecycle/ledger-recovery.ts';
export { createRestamper, type RestamperOptions } from './lifecycle/restamper.ts';
export type { OwnFiles } from './ports/own-files.ts';
export type { FileCall, FileListing, FileRead, PublicFiles } from './ports/public-files.ts';
export type {
  OpenRecords,
  RecordCodec,
  RecordStore,
  StoreCall,
  StoredRecord,
} from './ports/record-store.ts';
export { createFileTarget, type FileTargetOptions } from './publications/file-target.ts';
export { createPacketTarget, type PacketTargetOptions } from './publications/packet-target.ts';
export type {
  FailedTarget,
  PartialTarget,
  Publication,
  PublicationReport,
  PublicationTarget,
  PublishCall,
  RecordPublication,
  Retirement,
} from './publications/publication.ts';
export type { PublicationProblem } from './publications/publication-errors.ts';
export { type PublishOptions, publishEverywhere } from './publications/publish-everywhere.ts';
export type { PacketChange } from './publishing/packet-change.ts';
export { type UpdateOptions, updatePacket } from './publishing/update-packet.ts';
export type { Restamp } from './queue/departure.ts';
export {
  createPublicationQueue,
  type PublicationQueue,
  type PublicationQueueOptions,
  type QueueCall,
} from './queue/publication-queue.ts';
export type { QueueEvent, QueueListeners } from './queue/queue-events.ts';
export type { DegradedTarget } from './queue/queue-state.ts';
export type { QueuedPublication, QueueStatus, TargetProgress } from './queue/queue-status.ts';
export {
  type BoundKey,
  type DeviceKey,
  keyBindingDigest,
  signKeyBinding,
  verifyKeyBinding,
} from './records/binding-signature.ts';
export { keyRecordName, keyRecordPath, requireDeviceId } from './records/device-id.ts';
export { type FreshnessRule, requireFresh } from './records/freshness.ts';
export {
  type Freshness,
  freshnessDigest,
  signFreshness,
  verifyFreshness,
} from './records/freshness-signature.ts';
export { formatKeyRecord, type KeyRecord, parseKeyRecord } from './records/key-record.ts';
export {
  NOTHING_REMEMBERED,
  type RollBackMark,
  type RollBackMemory,
  type RollBackOutcome,
  rememberKeyRecord,
  rememberUntimely,
  rollBackRefusal,
} from './records/roll-back.ts';
export { signKeyRecord } from './records/sign-key-record.ts';
export { readUnverifiedKeyRecord, type UnverifiedKeyRecord } from './records/unverified-key-record.ts';
export type {
  FreshnessProof,
  UntimelyKeyRecord,
  VerifiedKeyRecord,
  VerifiedRevocation,
} from './records/verified-key-record.ts';
export {
  checkKeyRecord,
  type KeyRecordClaim,
  type KeyRecordPolicy,
  verifyKeyRecord,
} from './records/verify-key-record.ts';
export type {
  FailedRelay,
  PacketSource,
  PacketStore,
  ReadOptions,
  WriteOptions,
  WriteReport,
} from './relays/packet-store.ts';
export { createRelay, type RelayOptions } from './relays/relay.ts';
export { createRelaySet, type RelaySetOptions } from './relays/relay-set.ts';
export { createRememberingPackets, type RememberingPacketsOptions } from './relays/remembering-packets.ts';
export type { DocumentCodec } from './shapes/document.ts';
export { ownName } from './signed-packet/own-name.ts';
export { signPacket } from './signed-packet/sign-packet.ts';
export {
  compareSignedPackets,
  parseSignedPacket,
  type SignedPacket,
  signedPacketPayload,
} from './signed-packet/signed-packet.ts';
export {
  createFileRecordSource,
  type FileRecordSourceOptions,
} from './sources/file-record-source.ts';
export type {
  DeviceNames,
  IdentityRecords,
  KeyRecordSource,
  SourceCall,
} from './sources/key-record-source.ts';
export {
  createPacketRecordSource,
  type PacketRecordSourceOptions,
} from './sources/packet-record-source.ts';
