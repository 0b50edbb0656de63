// Specification

/** An Ed25519 public key (RFC 8032 §5.1.5). */
export const KEY_BYTES = 32;
/** An Ed25519 signature (RFC 8032 §5.1.6). */
export const SIGNATURE_BYTES = 64;
/** The timestamp of a signed packet: microseconds since 1970, big endian (official-noise §4.1). */
export const TIMESTAMP_BYTES = 8;
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
/** RFC 9460 §7.2: the parameter with the port of an endpoint, two octets. */
export const PORT_PARAMETER = 3;
/** The parameter, private to Pubky, with the port of a test homeserver that speaks plain HTTP, two octets. */
export const HTTP_PORT_PARAMETER = 65_280;

// Implementation

/** As the official homeserver and SDK have it (official-noise §4.4). */
export const HOMESERVER_TTL_SECONDS = 3_600;
/** What the official homeserver gives its endpoint with a domain; the one without comes first there, with 1. */
export const DOMAIN_PRIORITY = 10;
