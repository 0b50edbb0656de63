export {
  type AuthRequestFault,
  type CapabilityFault,
  HOMESERVER_ERRORS,
  HomeserverError,
  type PathFault,
  type TokenFault,
} from './errors.ts';
export type {
  ApprovalOptions,
  AuthFlow,
  AuthFlowOptions,
  Homeserver,
  HomeserverSession,
  SignInOptions,
  SignUpOptions,
} from './sessions/homeserver.ts';
export type { SessionVault } from './sessions/session-vault.ts';
export type { CallOptions } from './storage/call-options.ts';
export type {
  FileStat,
  GetOptions,
  ListOptions,
  ListPage,
  ListPageOptions,
  PublicStorage,
  PutOptions,
  SessionStorage,
  StoredFile,
} from './storage/public-storage.ts';
export type { StorageChange, WatchOptions } from './watch/changes.ts';
export { type AuthRequest, type AuthRequestSignUp, parseAuthRequest } from './wire/auth-request.ts';
export {
  type Capability,
  capabilitiesAllow,
  formatCapabilities,
  parseCapabilities,
} from './wire/capabilities.ts';
export { isStoragePath, type PathKind, parseStoragePath, type StoragePath } from './wire/storage-path.ts';
