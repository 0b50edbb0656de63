import { encodeUtf8 } from '@pubky-paykit/primitives';

// Specification

/** X25519 keys, Ed25519 public keys, seeds and digests (RFC 7748, RFC 8032). */
export const KEY_BYTES = 32;
/** An Ed25519 signature (RFC 8032 §5.1.6). */
export const SIGNATURE_BYTES = 64;
/** N8 §0.1: the prologue every 0.8 peer uses. */
export const DEFAULT_PROLOGUE = 'pubky-noise-v1';
/** N8 §2.1: the salt of the current X25519 derivation. */
export const NOISE_KEY_SALT: Uint8Array = encodeUtf8('pubky-noise-x25519:v2');
/** P8 §3.4: what the Paykit demo applications put before the bare z-base-32 identity. */
export const PAYKIT_DEMO_CONTEXT_PREFIX = 'paykit-demo-';
/** N8 §0.1, §1.5: the first bytes of what an identity signs. */
export const BINDING_DOMAIN: Uint8Array = encodeUtf8('pubky-noise-bind:v2');
/** N8 §5: the first bytes of what an identity signs over the ephemeral keys of NN. */
export const ATTESTATION_DOMAIN: Uint8Array = encodeUtf8('pubky-noise-nn-attestation-v1:');
/** N8 §1.4: the longest identity payload an honest 0.8 peer can write. */
export const IDENTITY_PAYLOAD_LONGEST_BYTES = 574;
/** N8 §1.1, W-12: the one suite of all profiles. */
export const SUITE_NAME = '25519_ChaChaPoly_BLAKE2s';

// Implementation

/** Inclusive. Long enough for any protocol label; the reference sets no limit. */
export const PROLOGUE_MAXIMUM_BYTES = 1_024;
/**
 * Inclusive: what is left of the largest handshake frame of P8 §2.3 (4 096 bytes) after the 96 bytes of IK's first
 * message. An honest 0.8 payload has at most 574; the rest is room for members of later generations.
 */
export const IDENTITY_PAYLOAD_MAXIMUM_BYTES = 4_000;
/** Inclusive. Unknown members may hold any JSON, nested this deep; honest 0.8 payloads have none. */
export const IDENTITY_PAYLOAD_MAXIMUM_DEPTH = 32;
/** What logs may show of a public key. */
export const LOGGED_KEY_BYTES = 8;
/** What errors may show of a name that came from anywhere. */
export const LOGGED_TEXT_CHARACTERS = 32;
/** Inclusive: the bound of identity payloads; an honest attestation has 257 bytes. */
export const ATTESTATION_MAXIMUM_BYTES: number = IDENTITY_PAYLOAD_MAXIMUM_BYTES;
/**
 * How long a first message is remembered: the 24 hours and 5 minutes after which payees refuse a request as stale, with
 * room for clocks that differ.
 */
export const REPLAY_CACHE_MS = 90_000_000;
/** First messages remembered at once. */
export const REPLAY_CACHE_ENTRIES = 65_536;
/** Inclusive: what one cache may be told to hold. */
export const REPLAY_CACHE_MAXIMUM_ENTRIES = 1_000_000;
/** Peers a pin store in memory holds. */
export const PIN_STORE_MAXIMUM_PEERS = 10_000;
/** Handshakes that may wait at once: each is some kilobytes of keys and closures. */
export const PENDING_HANDSHAKES_MAXIMUM = 1_000;
/** P8 §13.3: how long a whole handshake may take. */
export const PENDING_HANDSHAKE_MS = 30_000;
/** Random bytes in the handle of a waiting handshake: nobody guesses another one's. */
export const HANDSHAKE_HANDLE_BYTES = 16;
/** Inclusive: former Noise keys a responder answers with; each makes a first message that is for none dearer to refuse. */
export const FORMER_NOISE_KEYS_MAXIMUM = 2;
/** Sessions one registry holds; P8 §13.3 asks for at least 100. */
export const SESSION_REGISTRY_MAXIMUM = 1_000;
/** Sessions a full registry looks at for one that has ended, each time one more is refused: all of them by default. */
export const ENDED_SESSIONS_LOOKED_AT: number = SESSION_REGISTRY_MAXIMUM;
/** Inclusive: what one table of handshakes or sessions may be told to hold. */
export const TABLE_MAXIMUM_ENTRIES = 1_000_000;
/** N8 §6.4: the length before each ciphertext of a framed stream, big endian. */
export const FRAME_HEADER_BYTES = 4;
/** Inclusive: the plaintext a framed stream may have unless the caller allows more. */
export const FRAMED_MAXIMUM_BYTES = 16_777_216;
/** Inclusive: the arms of one experiment, each of which is a dimension of measurements. */
export const EXPERIMENT_MAXIMUM_ARMS = 16;
/** Inclusive: names of experiments and arms, which stand in measurements. */
export const EXPERIMENT_NAME_MAXIMUM_CHARACTERS = 64;
/** Keeps the hash that assigns peers to arms apart from every other. A change deals all peers anew. */
export const EXPERIMENT_DOMAIN = 'pubky-paykit-experiment-v1';
