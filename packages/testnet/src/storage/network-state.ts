import { FILE_OVERHEAD_BYTES } from '../constants.ts';

/** One file of a user. */
export interface StoredFile {
  /** Base 64 of the BLAKE3 hash of the content. */
  readonly etag: string;
  readonly bytes: number;
  readonly contentType: string;
  /** Unix time in milliseconds. */
  readonly modifiedMs: number;
  /** Where the content is: an id of the {@link BodyStore}. */
  readonly body: string;
}

/** What belongs to one identity. */
export interface StoredUser {
  readonly createdMs: number;
  readonly files: ReadonlyMap<string, StoredFile>;
  /** The keys of `files`, in the order of their bytes. */
  readonly paths: readonly string[];
  /** Content and overhead of all files. */
  readonly usedBytes: number;
  /** Ids of sessions, oldest first. */
  readonly sessions: ReadonlySet<string>;
}

/** Somebody who is signed in. */
export interface StoredSession {
  /** z-base-32 key. */
  readonly user: string;
  /** As in a token: scopes and actions, separated by commas. */
  readonly capabilities: string;
  /** Unix time in milliseconds. */
  readonly createdMs: number;
}

/** Something that happened to a file. */
export interface StoredEvent {
  /** From 1, growing. */
  readonly id: number;
  readonly type: 'PUT' | 'DEL';
  /** z-base-32 key. */
  readonly user: string;
  readonly path: string;
  /** Of what was put. */
  readonly etag?: string | undefined;
}

/**
 * All that a network knows, for reading. Users and packets are known by their z-base-32 keys, sessions by the digest of
 * their secret: whoever reads the folder cannot sign in with what is there.
 */
export interface NetworkState {
  readonly users: ReadonlyMap<string, StoredUser>;
  readonly sessions: ReadonlyMap<string, StoredSession>;
  /** By code: the user who used it, if anybody has. */
  readonly invites: ReadonlyMap<string, string | undefined>;
  /** The latest ones, oldest first. */
  readonly events: readonly StoredEvent[];
  /** Payloads as relays send them. */
  readonly packets: ReadonlyMap<string, Uint8Array>;
  /** Content and overhead of all files of all users. */
  readonly usedBytes: number;
}

/** The same user, for the table of changes. */
export interface MutableUser extends StoredUser {
  readonly files: Map<string, StoredFile>;
  readonly paths: string[];
  readonly sessions: Set<string>;
  usedBytes: number;
}

/** The same state, for the table of changes. */
export interface MutableState extends NetworkState {
  readonly users: Map<string, MutableUser>;
  readonly sessions: Map<string, StoredSession>;
  readonly invites: Map<string, string | undefined>;
  readonly events: StoredEvent[];
  readonly packets: Map<string, Uint8Array>;
  usedBytes: number;
}

/** A network that nothing has happened in. */
export function emptyState(): MutableState {
  return {
    users: new Map(),
    sessions: new Map(),
    invites: new Map(),
    events: [],
    packets: new Map(),
    usedBytes: 0,
  };
}

/** What a file counts against quotas; nothing if there is none. */
export function costOf(file: Pick<StoredFile, 'bytes'> | undefined): number {
  return file === undefined ? 0 : file.bytes + FILE_OVERHEAD_BYTES;
}
