export {
  MAX_COMMIT_BYTES,
  MAX_COMMIT_OPERATIONS,
  MAX_KEY_CHARACTERS,
  MAX_SEGMENT_CHARACTERS,
  MAX_VALUE_BYTES,
} from './constants.ts';
export { SESSION_STORE_ERRORS, SessionStoreError } from './errors.ts';
export { createMemoryStore, type MemoryStoreOptions } from './memory/memory-store.ts';
export type {
  CommitOptions,
  DurableStore,
  ListOptions,
  StoreCallOptions,
  StoreEntry,
  StoreExpectation,
  StoreOperation,
  StoreVersion,
} from './store/durable-store.ts';
export { decodeSegment, encodeSegment } from './store/key.ts';
export {
  type RecordCodec,
  type RecordStore,
  type RecordStoreOptions,
  recordStore,
  type StoredRecord,
  type UpdateOptions,
} from './views/record-store.ts';
export { subStore } from './views/sub-store.ts';
