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
/** Identities whose packets are kept beyond the process, for when no relay can be reached. */
export const KEPT_PACKETS = 500;
/** How long such a packet may be used after it was last seen: homeservers move seldom, and signatures prove who said so. */
export const KEPT_PACKET_MAX_AGE_MS = 604_800_000;
/** How far the stored time at which a packet was last seen may lag behind. */
export const KEPT_PACKET_STEP_MS = 3_600_000;
/** For all that one look-up has to do with the store: it does not wait for a slow disk. */
export const KEPT_PACKETS_TIMEOUT_MS = 2_000;
/** Inclusive: a packet in base64, and the rest. */
export const MAX_KEPT_PACKET_BYTES = 2_048;
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
/** Inclusive: keys of one device in a ledger, those that are long retired included. */
export const MAX_LEDGER_KEYS = 64;
/** Inclusive: former keys of one device that are still taken. */
export const MAX_FORMER_KEYS = 7;
/** Inclusive: the records of all living keys and the two of a revocation are fewer. */
export const MAX_OUTBOX_PUBLICATIONS = 16;
/** Inclusive: 64 keys of some 400 characters and 16 publications of some 500 fit twice. */
export const MAX_LEDGER_BYTES = 65_536;
/** Inclusive: the resolution of what is drawn to spread dates. */
export const MAX_JITTER = 65_535;
/** Inclusive: twice the longest record that we write. */
export const MAX_OWN_RECORD_CHARACTERS = 512;
/** Inclusive: contexts that are tried to find out which key of ours is published. */
export const MAX_SEARCHED_EPOCHS = 64;
/** How long a revocation stays published: until every record of the key is stale, and no overlap is left anywhere. */
export const REVOCATION_KEEP_MS: number = MAX_KEY_AGE_SECONDS * 1_000 + KEY_OVERLAP_MS;
/** Inclusive: publications that wait in the queue or are parked there. */
export const MAX_QUEUED_PUBLICATIONS = 256;
/** Revocations, and what is queued together with one, may wait beyond that. */
export const MAX_QUEUED_REVOCATIONS = 64;
/** Inclusive: targets of one queue. */
export const MAX_QUEUE_TARGETS = 16;
/** Inclusive: targets of which the queue knows that they fail, those of several processes together. */
export const MAX_DEGRADED_TARGETS = 64;
/**
 * Inclusive: devices and targets of which the queue knows what was published last. All that can stand by one ledger, each key
 * under an id of its own and one under that of the device: what is forgotten would be said again, and push out the next.
 */
export const MAX_PUBLISHED_MARKS: number = MAX_QUEUE_TARGETS * (MAX_LEDGER_KEYS + 1);
/** Inclusive: all of that, at some 700 characters for each publication and 250 for each mark, fits. */
export const MAX_QUEUE_BYTES = 786_432;
/** For one publication: longer than what a target may take itself. */
export const PUBLISH_TIMEOUT_MS: number = UPDATE_TIMEOUT_MS + 10_000;
/** How long one process has the queue or a ledger for itself without saying so again: longer than one publication. */
export const LEASE_MS: number = PUBLISH_TIMEOUT_MS + 20_000;
/** The longest wait before the first retry of a publication; doubled for each further one. */
export const PUBLICATION_RETRY_MS = 2_000;
/** The longest wait of all. */
export const MAX_PUBLICATION_RETRY_MS = 3_600_000;
/** How long a publication that was refused for good is not tried again, at most. */
export const PARKED_RETRY_MS = 86_400_000;
/** The same for a revocation, which must not be missing for long once its target is repaired. */
export const PARKED_REVOCATION_RETRY_MS = 3_600_000;
/** How soon after its refusal it is tried again if the target has taken something else since. */
export const PARKED_PAUSE_MS = 60_000;
/** How often a started queue looks whether another process has put something into it. */
export const QUEUE_POLL_MS = 15_000;
/** The age at which a queued record is signed again before it leaves. */
export const QUEUED_RESTAMP_AFTER_MS = 604_800_000;
/** How soon work is tried again that another process is at, though that may take longer. */
export const LEASE_POLL_MS = 15_000;
/** A record that is published less than this before it becomes stale would help nobody. */
export const STALE_MARGIN_MS = 3_600_000;
/** How long it is at least until what was said again of a key is said once more; twice as long each time. */
export const RESTATING_PAUSE_MS = 3_600_000;
/** Inclusive. */
export const MAX_RESTATING_PAUSE_MS = 86_400_000;
/** After so long without saying it again it begins with the shortest pause. */
export const RESTATING_MEMORY_MS = 172_800_000;
/** How often the keeper looks whether the queue has published what it waits for. */
export const KEEPER_POLL_MS = 3_600_000;

/** How much longer than what a key record can need a stored key may be: a record and 256 revoked keys are most of it. */
export const MAX_STORED_KEY_BYTES = 16_384;
/** How long what was read of the key cache is used before it is read again: by then changes of other processes show. */
export const KEY_VIEW_MS = 5_000;
/** Devices whose keys are held in memory; those looked for longest ago are read again. */
export const KEY_VIEW_DEVICES = 2_000;
/** How far the stored time of the last use may lag behind. */
export const LAST_USED_STEP_MS = 3_600_000;
/** How long a device that nobody looks for is remembered, at least; for ever if a key of it is revoked. 400 days. */
export const HISTORY_KEPT_MS = 34_560_000_000;
/** Inclusive: devices that are remembered though nobody has looked for them, as of strangers who wanted to pay. */
export const MAX_REMEMBERED_STRANGERS = 20_000;
/** How often the key cache cleans itself. */
export const PRUNE_EVERY_MS = 86_400_000;
/** For one read of the key cache, or one change with all its attempts. */
export const KEY_CACHE_TIMEOUT_MS = 30_000;
/** Inclusive: more records than one device can have in a packet, unless they are no records of ours. */
export const MAX_RECORDS_PER_DEVICE = 8;
/** How long one question to a homeserver may take: first it has to be found. */
export const FILE_SOURCE_TIMEOUT_MS = 10_000;
/** How long one question to relays or the DHT may take: just longer than a set of relays takes. */
export const PACKET_SOURCE_TIMEOUT_MS = 7_000;
/** What remembering a key gets at least, however little of the time for its discovery the sources have left. */
export const REMEMBERING_TIMEOUT_MS = 5_000;
/** For all of the discovery of a key, or of all keys of an identity. */
export const DISCOVERY_TIMEOUT_MS = 20_000;
/** How much longer the other sources are waited for once one has the identity's word: one of them may know of a revocation. */
export const DISCOVERY_PATIENCE_MS = 3_000;
/** Inclusive: device names read from one source. */
export const MAX_LISTED_DEVICES = 64;
/** Inclusive: devices of a stranger whose keys are looked up, each with a question to every source. */
export const MAX_LOOKED_UP_DEVICES = 16;
/** Devices looked up at the same time. */
export const LOOK_UP_LANES = 4;
/** For all targets of a publication: longer than an update of a packet may take. */
export const PUBLICATION_TIMEOUT_MS = 150_000;
/** For one request of a publication to a homeserver. */
export const FILE_TARGET_TIMEOUT_MS = 30_000;
/** Inclusive: clients of pkarr take shorter times to live for this one (official-noise §4.3). */
export const MIN_TTL_SECONDS = 300;
/** Inclusive: clients of pkarr take longer times to live for this one. */
export const MAX_TTL_SECONDS = 86_400;
/** The shortest there is: a revocation must not be cached for long. */
export const KEY_RECORD_TTL_SECONDS: number = MIN_TTL_SECONDS;
/** How long a look-up may take, and how long one with a key at hand waits for it. */
export const FIND_TIMEOUT_MS = 15_000;
/** Inclusive: how long a look-up may take in an outage, where each gets twice the time of the one before. */
export const MAX_FIND_TIMEOUT_MS = 60_000;
/** How much longer a look-up is waited for that does not keep its time. */
export const FIND_MARGIN_MS = 1_000;
/** How long a look-up is not tried again after the first one that reached nobody; doubled by each further one. */
export const OUTAGE_RETRY_MS = 2_000;
/** Inclusive: how long it is not tried again at most. */
export const MAX_OUTAGE_RETRY_MS = 120_000;
/** Keys whose outages are tracked. */
export const MAX_OUTAGES = 1_000;
/** Inclusive: 256 revoked keys in hex, and the rest. */
export const MAX_ROLL_BACK_BYTES = 32_768;
/** How long a node of the DHT may take until it listens: a name for its address may have to be looked up. */
export const DHT_OPEN_TIMEOUT_MS = 10_000;
/** How long a read from the DHT may take: several rounds of questions, of which each may take 2 s. */
export const DHT_READ_TIMEOUT_MS = 15_000;
/** How long a write to the DHT may take: it is read before and afterwards. */
export const DHT_WRITE_TIMEOUT_MS = 45_000;
/** How long the package waits for the answer to one question, at least: what comes later is read over. */
export const DHT_ANSWER_TIMEOUT_MS = 2_000;
/** Calls to one node at a time, each with up to 16 datagrams under way. */
export const MAX_DHT_CALLS = 32;
/** Inclusive: an item has 1000 bytes, and what comes with it fewer than 600. */
export const MAX_DHT_DATAGRAM_BYTES = 4_096;
/** Values of others that a node keeps, each of some 1.2 kB. */
export const MAX_DHT_VALUES = 1_000;
/** Peers of others that a node keeps, though it has no use for them. */
export const MAX_DHT_PEERS = 100;
/** Inclusive: 16 statements of some 250 characters and a packet fit twice. */
export const MAX_COLD_REQUEST_BYTES = 16_384;
/** Inclusive: 16 publications of some 500 characters and a packet fit twice. */
export const MAX_COLD_BUNDLE_BYTES = 32_768;
/** How long a bundle may be published unless told otherwise: three weeks before its records become stale. */
export const COLD_LIFETIME_MS = 604_800_000;
