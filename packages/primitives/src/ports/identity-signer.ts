/**
 * Whoever signs for an identity: this process, a hardware module, a phone. No API of this project asks for the
 * Ed25519 secret itself where a signature will do.
 */
export interface IdentitySigner {
  /** 32 bytes, the Ed25519 public key. */
  readonly publicKey: Uint8Array;
  /** Signs with plain Ed25519 (RFC 8032, not Ed25519ph). The message is borrowed. Resolves to 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}
