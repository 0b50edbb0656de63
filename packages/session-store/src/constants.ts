// Implementation: no specification bounds these. Every adapter, also of a server's database, can hold as much.

/** Longest key, in characters (which are ASCII, so bytes too); inclusive. */
export const MAX_KEY_CHARACTERS = 512;
/** Longest segment of a key, in characters; inclusive. */
export const MAX_SEGMENT_CHARACTERS = 255;
/** Longest value, in bytes; inclusive. */
export const MAX_VALUE_BYTES = 1_048_576;
/** Most operations of one commit, and most of its expectations; inclusive. */
export const MAX_COMMIT_OPERATIONS = 256;
/** Most bytes that the keys and values of one commit may have together; inclusive. */
export const MAX_COMMIT_BYTES = 4_194_304;

/** Entries that `list` reads at a time, unless it is told otherwise. */
export const DEFAULT_PAGE_ENTRIES = 100;
/** Most entries that `list` can be told to read at a time; inclusive. */
export const MAX_PAGE_ENTRIES = 1_000;
/** A page ends with the entry that reaches this many bytes, so it never holds more than this and one value. */
export const MAX_PAGE_BYTES = 1_048_576;

/** How long a store may take for one call, in milliseconds, unless it is told otherwise. */
export const STORE_TIMEOUT_MS = 10_000;
/** How long `update` may take with all its attempts, in milliseconds, unless it is told otherwise. */
export const UPDATE_TIMEOUT_MS = 30_000;
/** How often `update` tries before it gives up, the first time included. */
export const UPDATE_ATTEMPTS = 10;
/** The pause after a conflict is random, below this many milliseconds after the first one and twice as much each time… */
export const UPDATE_PAUSE_MS = 4;
/** …up to this many. */
export const MAX_UPDATE_PAUSE_MS = 500;

/** For how many milliseconds a shared store keeps its folder when nothing is asked of it: what comes in one go opens it once. */
export const SHARED_IDLE_MS = 25;
/** For how many milliseconds a shared store that is busy keeps its folder before others get their turn. */
export const SHARED_TURN_MS = 1_000;
/** The pause between two looks at a folder that somebody else has is random, below this many milliseconds at first… */
export const SHARED_RETRY_MS = 4;
/** …and this many in the end. */
export const MAX_SHARED_RETRY_MS = 100;
/** How many milliseconds a busy shared store leaves its folder to others: longer than any pause of one who waits for it. */
export const SHARED_BREAK_MS = 150;

/** What a memory store holds at most unless it is told otherwise, keys and values together, in bytes. */
export const MEMORY_STORE_BYTES = 67_108_864;
/** Bytes of commits that may wait for their turn; more are refused. */
export const MAX_WAITING_BYTES = 67_108_864;
