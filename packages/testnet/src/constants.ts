// Specification

/** Where the SDK's `Pubky.testnet()` looks for each server, and where the official Rust testnet puts it. */
export const TESTNET_PORTS = {
  dht: 6881,
  relay: 15_411,
  authRelay: 15_412,
  homeserver: 6286,
  admin: 6288,
} as const;

/** An Ed25519 public key. RFC 8032 §5.1.5 */
export const KEY_BYTES = 32;

/** How long a packet may be kept, whatever its records say, in seconds. pkarr, DEFAULT_MINIMUM_TTL, DEFAULT_MAXIMUM_TTL */
export const MINIMUM_TTL_SECONDS = 300;
export const MAXIMUM_TTL_SECONDS = 86_400;

/** Longest file a homeserver takes. pubky-homeserver, `DefaultBodyLimit` */
export const FILE_BYTES = 104_857_600;

/** What every file counts against the quota beside its content, so that empty files are not free. pubky-homeserver */
export const FILE_OVERHEAD_BYTES = 256;

/** Users one event stream follows. pubky-homeserver, `MAX_EVENT_STREAM_USERS` */
export const EVENT_STREAM_USERS = 50;

/** How often the homeserver publishes its own record again. pubky-homeserver */
export const REPUBLISH_INTERVAL_MS = 3_600_000;

/** Random bytes of a session secret and of an invite code. pubky-homeserver */
export const SESSION_SECRET_BYTES = 16;
export const INVITE_CODE_BYTES = 7;

/** How long browsers keep a session cookie. pubky-homeserver */
export const SESSION_COOKIE_SECONDS = 31_536_000;

/** Pause between the comments that keep an event stream open. axum, `KeepAlive::default` */
export const EVENT_KEEP_ALIVE_MS = 15_000;

// Implementation

/** Request line and headers together; more is answered with 431. */
export const HEADER_BYTES = 32_768;

/** Time for the headers of a request, and for all of it. */
export const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 120_000;

/** A connection that says nothing is closed, unless its request is one that waits on purpose. */
export const SOCKET_TIMEOUT_MS = 120_000;

/** After an early refusal, how long the rest of a body is read and thrown away, so that the client sees the refusal. */
export const LINGER_MS = 2_000;

/** Connections each server holds at once. */
export const CONNECTIONS = 4_096;

/** Tries to find a port that is free on both loopback addresses. */
export const PORT_ATTEMPTS = 20;

/** Identities a relay holds packets of. */
export const RELAY_PACKETS = 100_000;

/** Longest message of the auth relay. An encrypted token is some 200 bytes. */
export const CHANNEL_MESSAGE_BYTES = 65_536;

/** Channels of the auth relay in use at once, messages waiting included. */
export const CHANNELS = 1_000;

/** How long the auth relay keeps a message or a waiting request. */
export const CHANNEL_TIMEOUT_MS = 600_000;

/** Auth tokens that are remembered so that each is used once. */
export const TOKENS_REMEMBERED = 100_000;

/** Sessions one user holds at once; signing in once more ends the oldest. */
export const SESSIONS_PER_USER = 1_000;

/** Invite codes, those included that have been used: each is known for good, so that it is good once. */
export const INVITES = 100_000;

/** Events that can still be read; older ones are forgotten. */
export const EVENTS_KEPT = 100_000;

/** What all files together may take where they are kept in memory. */
export const MEMORY_BYTES = 1_073_741_824;

/** Pieces in which bodies are read and written. */
export const CHUNK_BYTES = 65_536;

/** Nodes of the Mainline DHT, if one is wanted. */
export const DHT_NODES = 5;

/** Patience with one node of the DHT, and with all of it. */
export const DHT_QUERY_TIMEOUT_MS = 500;
export const DHT_TIMEOUT_MS = 5_000;
