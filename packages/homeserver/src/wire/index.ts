export {
  AUTH_SECRET_BYTES,
  authChannelId,
  authChannelUrl,
  openAuthToken,
  sealAuthToken,
} from './auth-channel.ts';
export {
  AUTH_REQUEST_MAXIMUM_LENGTH,
  type AuthRequest,
  type AuthRequestSignUp,
  formatAuthRequest,
  isRelayUrl,
  parseAuthRequest,
} from './auth-request.ts';
export {
  type AuthToken,
  type AuthTokenFields,
  assembleAuthToken,
  authTokenId,
  authTokenSignable,
  createAuthToken,
  parseAuthToken,
  TOKEN_MAXIMUM_BYTES,
  TOKEN_WINDOW_MS,
  type VerifiedAuthToken,
  verifyAuthToken,
} from './auth-token.ts';
export {
  CAPABILITIES_MAXIMUM_LENGTH,
  type Capability,
  capabilitiesAllow,
  formatCapabilities,
  formatCapability,
  mergeCapabilities,
  parseCapabilities,
  parseCapability,
  ROOT_CAPABILITIES,
  readCapabilities,
} from './capabilities.ts';
export { contentEtag, formatEtag, parseEtag } from './etag.ts';
export {
  type EventPage,
  formatEventMessage,
  formatEventPage,
  parseEventMessage,
  parseEventPage,
  type StorageEvent,
  type StorageEventType,
} from './events.ts';
export {
  formatListing,
  formatResource,
  LIST_DEFAULT_LIMIT,
  LIST_MAXIMUM_LIMIT,
  type Listing,
  type PubkyResource,
  parseListing,
  parseResource,
} from './listing.ts';
export {
  decodeSessionRecord,
  encodeSessionRecord,
  SESSION_RECORD_MAXIMUM_BYTES,
  type SessionRecord,
} from './session-record.ts';
export {
  decodeStoragePath,
  isStoragePath,
  PATH_MAXIMUM_BYTES,
  type PathKind,
  parseStoragePath,
  SEGMENT_MAXIMUM_BYTES,
  type StoragePath,
} from './storage-path.ts';
