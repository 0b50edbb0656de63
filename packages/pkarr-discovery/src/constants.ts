import { encodeUtf8 } from '@pubky-paykit/primitives';

// Specification

/** An Ed25519 public key (RFC 8032 §5.1.5). */
export const KEY_BYTES = 32;
/** An Ed25519 signature (RFC 8032 §5.1.6). */
export const SIGNATURE_BYTES = 64;
/** The timestamp of a signed packet: microseconds since 1970, big endian (official-noise §4.1). */
export const TIMESTAMP_BYTES = 8;
/** Inclusive. */
export const MAX_TIMESTAMP: bigint = 2n ** 64n - 1n;
/** Inclusive: the largest value of a mutable item (BEP 44), and so the largest DNS message of a packet. */
export const MAX_DNS_MESSAGE_BYTES = 1_000;
/** The header of a DNS message (RFC 1035 §4.1.1). */
export const DNS_HEADER_BYTES = 12;
/** What a payload has at least: a signature, a timestamp and an empty DNS message. */
export const MIN_PAYLOAD_BYTES: number = SIGNATURE_BYTES + TIMESTAMP_BYTES + DNS_HEADER_BYTES;
/** Inclusive (official-noise §4.1). */
export const MAX_PAYLOAD_BYTES: number = SIGNATURE_BYTES + TIMESTAMP_BYTES + MAX_DNS_MESSAGE_BYTES;
/** Inclusive (RFC 1035 §2.3.4). */
export const MAX_LABEL_BYTES = 63;
/** Inclusive: length octets and the empty last label count (RFC 1035 §2.3.4). */
export const MAX_NAME_BYTES = 255;
/** Inclusive (RFC 1035 §3.3): one string of a TXT record. */
export const MAX_TEXT_STRING_BYTES = 255;
/** The class of the internet (RFC 1035 §3.2.4); pkarr uses no other. */
export const CLASS_INTERNET = 1;
/** The label under which an identity names its homeserver (official-noise §4.4). */
export const USER_LABEL = '_pubky';
/** RFC 9460 §2.4.2: an alias; parameters beside it mean nothing. */
export const ALIAS_PRIORITY = 0;
/** RFC 9460 §8: the parameter that lists those that must be understood. */
export const MANDATORY_PARAMETER = 0;
/** RFC 9460 §7.2: the parameter with the port of an endpoint, two octets. */
export const PORT_PARAMETER = 3;
/** The parameter, private to Pubky, with the port of a test homeserver that speaks plain HTTP, two octets. */
export const HTTP_PORT_PARAMETER = 65_280;

/** N8 §4.2: the one version of a key record. */
export const KEY_RECORD_VERSION = '1';
/** N8 §4.1: the label above that of the device. */
export const KEY_RECORD_LABEL = '_noise';
/** P8 §4.1: where homeservers keep key records; the device id follows. */
export const KEY_RECORD_FOLDER = '/pub/noise.app/v0/';
/** P8 §4.3: the device that is meant where none is named. */
export const DEFAULT_DEVICE = 'default';
/** N8 §4.4: the first bytes of what an identity signs to bind a Noise key to one of its devices. */
export const KEY_BINDING_DOMAIN: Uint8Array = encodeUtf8('pubky-noise-pkarr-binding-v1:');
/** Inclusive (N8 §4.5): 30 days. */
export const MAX_KEY_AGE_SECONDS = 2_592_000;
/** Inclusive (N8 §4.5): how far ahead the clock of a publisher may be. */
export const MAX_CLOCK_SKEW_SECONDS = 300;
/** P8 §4.6: how long a key that was rotated out is still taken. */
export const KEY_OVERLAP_MS = 604_800_000;

// Implementation

/** As the official homeserver and SDK have it (official-noise §4.4). */
export const HOMESERVER_TTL_SECONDS = 3_600;
/** What the official homeserver gives its endpoint with a domain; the one without comes first there, with 1. */
export const DOMAIN_PRIORITY = 10;
/** How long one relay may take to answer; the SDK gives it 2 s, which is short where the relay has to ask the DHT. */
export const RELAY_READ_TIMEOUT_MS = 5_000;
/** How long one relay may take to store: three times as long, as in Rust, since it may publish to the DHT meanwhile. */
export const RELAY_WRITE_TIMEOUT_MS = 15_000;
/** How much longer the other relays of a set are waited for once one has given a packet. */
export const READ_PATIENCE_MS = 1_000;
/** How much longer the other relays of a set are waited for once one has stored a packet: they may ask the DHT first. */
export const WRITE_PATIENCE_MS = 5_000;
/** How much longer than one relay a set may take. */
export const SET_MARGIN_MS = 1_000;
/** Identities whose newest packet a set of relays remembers: as many as the client in Rust. */
export const REMEMBERED_PACKETS = 1_000;
/** Inclusive: what is believed of a relay that says when to come back. */
export const MAX_RETRY_AFTER_MS = 3_600_000;
/** Packets looked at on the way to an endpoint: as many as in Rust. */
export const MAX_PACKETS_PER_LOOKUP = 7;
/** For all of a look-up. */
export const LOOKUP_TIMEOUT_MS = 20_000;
/** For all of a publication: several reads and writes, and a signer who may be a person. */
export const UPDATE_TIMEOUT_MS = 120_000;
/** Tries after the first one, for conflicts only (official-noise §4.5). */
export const UPDATE_RETRIES = 3;
/** The wait before the first retry; doubled for each further one, and up to doubled again by chance. */
export const UPDATE_RETRY_DELAY_MS = 250;
/** The age at which a packet is published again though nothing in it changes: as in the SDK (official-noise §4.3). */
export const STALE_AFTER_MS = 3_600_000;
/** The first bytes of what an identity signs over time and revocation of a key: our extension of the record. */
export const FRESHNESS_DOMAIN: Uint8Array = encodeUtf8('pubky-paykit-key-freshness-v1:');
/** The version octet in what is signed over time and revocation. */
export const FRESHNESS_VERSION = 1;
/** Inclusive: the largest value the timestamp of a key record can have (N8 §4.3). */
export const MAX_UINT64: bigint = 2n ** 64n - 1n;
/** Inclusive. The longest record we write has 274; 0.8 sets no limit, and later generations may add fields. */
export const MAX_KEY_RECORD_BYTES = 4_096;
/** Inclusive: more revoked keys of one device than anybody has; beyond it the oldest is forgotten. */
export const MAX_REMEMBERED_REVOCATIONS = 256;
/** What may be shown of a public key. */
export const SHOWN_KEY_BYTES = 8;
