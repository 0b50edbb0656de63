// Specification

/** Most bytes of one message: a Noise message of 65 535 bytes less its tag (P8 §2.3). */
export const MESSAGE_MAX_BYTES = 65_519;
/** An Ed25519 public key (P8 §0.1). */
export const PUBLIC_KEY_BYTES = 32;
/** An Ed25519 signature, as in an attestation (P8 §2.2). */
export const SIGNATURE_BYTES = 64;
/** How long a payer waits for the confirmation, unless told (P8 §2.6). */
export const CONFIRMATION_TIMEOUT_MS = 30_000;
/** How long the payee's loop waits for the next message, unless told (P8 §13.3 "message 60 s"). */
export const MESSAGE_TIMEOUT_MS = 60_000;
/** How far ahead of us a request's time may be, unless told: the figure P8 §4.3 has for records. */
export const MAX_FUTURE_SECONDS = 300;
/** Most digits after the point of an amount: the scale of the reference's decimal (P8 §5.1). */
export const AMOUNT_MAX_SCALE = 28;
/** Greatest mantissa of an amount: 96 bits, as in the reference's decimal (P8 §5.1). */
export const AMOUNT_MAX_MANTISSA = 79_228_162_514_264_337_593_543_950_335n;

// Implementation

/** Acks a payer passes over while it waits (W-28). One offer leaves one Ack behind; three leave room for two more. */
export const MAX_ACKS = 3;
/** Requests a payee notes of one channel that goes one way. 0.8 sends one; nobody has to prove anything for more. */
export const ONE_WAY_MAX_REQUESTS = 16;
/** Time the payee's own generator and store get, unless told: below the payer's 30 s, so that an answer still arrives. */
export const ANSWER_TIMEOUT_MS = 20_000;
/** Once a service is told to close: how long it waits for each message that has come already; time for the event loop. */
export const CLOSING_WAIT_MS = 50;
/** And how many it deals with, so that a peer who goes on sending does not keep it: as many as come one way. */
export const CLOSING_MAX_MESSAGES = 16;
/** How old a request may be, unless told: a day covers a queued request and a wrong time zone. */
export const MAX_AGE_SECONDS = 86_400;

/** Nesting of a whole message. The reference stops at 128; a receipt's own levels are three. */
export const JSON_MAX_DEPTH = 64;
/** Longest number text; the reference prints at most 25 characters, and long texts cost quadratic time as integers. */
export const JSON_NUMBER_MAX_CHARS = 64;
/** Longest member name. */
export const JSON_NAME_MAX_CHARS = 1_024;

/** Nesting of a receipt's metadata. */
export const METADATA_MAX_DEPTH = 32;
/** Compact UTF-8 text of a receipt's metadata. Half a message: the payee's additions must still fit beside it. */
export const METADATA_MAX_BYTES = 32_768;

// Lengths of text, in UTF-16 code units. The reference has none; each is several times what its producers write.

/** `autopay_<request id>` is the longest form in use, about 50. */
export const RECEIPT_ID_MAX_CHARS = 256;
/** The ids in use have at most 12. */
export const METHOD_ID_MAX_CHARS = 128;
/** A sign, 29 digits, a point, and separators. */
export const AMOUNT_MAX_CHARS = 64;
/** `SAT`, `USD`, or the name of a token. */
export const CURRENCY_MAX_CHARS = 32;
/** The largest invoice that fits a QR code has 7 089. */
export const ENDPOINT_MAX_CHARS = 32_768;
/** `WRONG_PAYEE` has 11. */
export const ERROR_CODE_MAX_CHARS = 128;
/** One or two sentences; a longer one must not hide the refusal itself, and is cut where it is shown. */
export const ERROR_MESSAGE_MAX_CHARS = 65_519;
/** What we keep of a message type nobody knows, of a peer's error code and of its error text. */
export const SHOWN_CODE_MAX_CHARS = 64;
export const SHOWN_TEXT_MAX_CHARS = 200;

/** Bytes of JSON a memory store holds before it refuses more. */
export const MEMORY_STORE_MAX_BYTES = 16_777_216;
/** Requests of payers that were looked up and not proven, with which a channel ends: each costs a look-up. */
export const MAX_UNVERIFIED_PAYERS = 3;
/** Receipts a memory store holds before it refuses more. */
export const MEMORY_STORE_CAPACITY = 10_000;
