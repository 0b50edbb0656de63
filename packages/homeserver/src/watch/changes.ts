import type { CallOptions } from '../storage/call-options.ts';

/** Something that happened below a watched path. */
export interface StorageChange {
  readonly type: 'put' | 'delete';
  readonly path: string;
  /** Of what was written, where the server told. */
  readonly etag: string | undefined;
}

/** How to watch. `timeoutMs` counts for each request. */
export interface WatchOptions extends CallOptions {
  /** Begin with the files that are there, as if they had just been written. */
  readonly present?: boolean | undefined;
  /**
   * Whether to use the event stream of a server that has one; yes if left out. Without it, only polling, which in pages of
   * browsers (they are shown no etags) misses a write of the same length within the same second.
   */
  readonly events?: boolean | undefined;
  /** Milliseconds between two polls after a change; 500 if left out. */
  readonly minimumIntervalMs?: number | undefined;
  /** Milliseconds between two polls when nothing has happened for long; 5 000 if left out. */
  readonly maximumIntervalMs?: number | undefined;
  /** Most files below the path (inclusive), which bounds the memory of the watch; 1 000 if left out, at most 100 000. */
  readonly maximumFiles?: number | undefined;
}
