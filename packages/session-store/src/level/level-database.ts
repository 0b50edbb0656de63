/** What a commit changes in the database. */
export type LevelOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: string };

/** A walk over one consistent view, in the order of keys. */
export interface LevelIterator {
  /** Up to `size` entries, fewer when the high-water mark is reached; none at the end. */
  nextv(size: number): Promise<[key: string, value: Uint8Array][]>;
  close(): Promise<void>;
}

/**
 * The part of `classic-level` that is used, opened with texts as keys and bytes as values. Its errors have codes of their
 * own, see `level-errors.ts`.
 */
export interface LevelDatabase {
  get(key: string): Promise<Uint8Array | undefined>;
  getMany(keys: string[]): Promise<(Uint8Array | undefined)[]>;
  iterator(options: {
    readonly gt: string;
    readonly lt: string;
    readonly limit: number;
    readonly highWaterMarkBytes: number;
  }): LevelIterator;
  /** All or nothing; with `sync`, it resolves after the operating system has written it out. */
  batch(operations: LevelOperation[], options: { readonly sync: true }): Promise<void>;
  close(): Promise<void>;
}
