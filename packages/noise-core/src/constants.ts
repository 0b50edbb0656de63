/* Specification: the Noise Protocol Framework, revision 34. */

/** Longest Noise message, handshake or transport, in bytes, inclusive. §3 */
export const MAX_MESSAGE_BYTES = 65_535;
/** Authentication tag of both ciphers, in bytes. §4.2 */
export const TAG_BYTES = 16;
/** Longest plaintext of one transport message, in bytes, inclusive. §3, §4.2 */
export const MAX_PLAINTEXT_BYTES: number = MAX_MESSAGE_BYTES - TAG_BYTES;
/** Key of a cipher, in bytes. §4.2 */
export const CIPHER_KEY_BYTES = 32;
/** Pre-shared symmetric key, in bytes. §9 */
export const PSK_BYTES = 32;
/** The nonce that only `rekey` may use; no message is ever sent under it. §5.1 */
export const RESERVED_NONCE: bigint = 2n ** 64n - 1n;
/** Longest protocol name, in bytes, inclusive. §8 */
export const MAX_PROTOCOL_NAME_BYTES = 255;

/* Implementation. */

/** How far behind the newest one a message with an explicit nonce may arrive, in messages. */
export const REPLAY_WINDOW_MESSAGES = 1024;

/** No bytes: the default payload, prologue and associated data. */
export const EMPTY_BYTES: Uint8Array = /* @__PURE__ */ new Uint8Array(0);
