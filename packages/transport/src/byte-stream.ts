/**
 * What a channel runs over: bytes in order, both ways. TCP and the memory pair implement it; so can anything else.
 *
 * No method takes a signal on purpose. A read that is given up keeps its place because the caller keeps the promise,
 * and a write that is given up leaves the stream useless, so `abort` is the only way to cancel.
 */
export interface ByteStream {
  /** The peer's address, where there is one; for limits and logs. */
  readonly remoteAddress?: string | undefined;
  /** Resolves once this end is over: closed on both sides, broken, or aborted. Never rejects. */
  readonly closed: Promise<void>;
  /**
   * The next bytes, at least one, in a buffer the caller owns; `undefined` once the peer ended its side cleanly, and
   * ever after. At most one read is outstanding. Rejects if the connection breaks or was aborted.
   */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Writes all bytes (borrowed until this settles) as one piece, and resolves when the stream can take more. Rejects
   * if the connection breaks or was aborted.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Flushes what was written and ends our side; resolves when that is done. */
  close(): Promise<void>;
  /** Cuts both directions at once and rejects what is outstanding. Never throws; again does nothing. */
  abort(): void;
}
