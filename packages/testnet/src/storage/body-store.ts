/** Content that is being received. Exactly one of `keep` and `drop` ends it. */
export interface BodyDraft {
  /** @param chunk borrowed. */
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves to the id of the content once that is durable. */
  keep(): Promise<string>;
  /** Throws away what there is. Never rejects. */
  drop(): Promise<void>;
}

/** Content that is being read; `close` it in any case. */
export interface OpenBody {
  /** Pieces in order, not to be changed. */
  read(): AsyncIterable<Uint8Array>;
  /** All of it at once; for what is short. Not to be changed. */
  readWhole(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Where the contents of files are kept, by ids of its own making: nothing a client says becomes part of a name. */
export interface BodyStore {
  create(): Promise<BodyDraft>;
  /**
   * @param bytes the length it must have.
   * @returns undefined if it was removed meanwhile.
   */
  open(id: string, bytes: number): Promise<OpenBody | undefined>;
  /** Removes what nothing refers to any more. Never rejects: what is left is removed at the next start. */
  remove(id: string): Promise<void>;
}
