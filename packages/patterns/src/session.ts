/// <reference lib="esnext.disposable" preserve="true" />
import type { Role, Transport } from '@pubky-paykit/noise-core';
import { hex } from '@pubky-paykit/primitives';
import type { ProfileName } from './profile.ts';
import { INSPECT, keyPrefix } from './redaction.ts';

/** What a finished handshake yields. Both directions deliver in order and without loss, or fail for good. */
export interface Session {
  /**
   * 32 bytes, the Noise handshake hash; the same on both sides, a fresh copy at every access. It is **public**: good for
   * naming a session and for signing, never as a key or a bearer token (W-48).
   */
  readonly id: Uint8Array;
  readonly pattern: ProfileName;
  readonly role: Role;
  /** 32 bytes, the X25519 static key the peer proved to hold; `undefined` where the profile proves none. */
  readonly remoteStatic: Uint8Array | undefined;
  /** 32 bytes, the Ed25519 key the peer proved to be; `undefined` where the profile proves none. */
  readonly remoteIdentity: Uint8Array | undefined;
  /**
   * Whether the peer is known to be live. An IK responder starts with `false`: message 1 may be a recording, and only
   * the first transport message that decrypts proves otherwise. Do nothing for the peer before (W-28, W-41).
   */
  readonly confirmed: boolean;
  /**
   * Encrypts the next message to the peer.
   *
   * @param plaintext At most 65 519 bytes, may be empty; borrowed.
   * @returns A fresh buffer, 16 bytes longer.
   * @throws NOISE_MESSAGE_TOO_LONG, NOISE_DESTROYED, NOISE_NONCE_EXHAUSTED
   */
  encrypt(plaintext: Uint8Array): Uint8Array;
  /**
   * Decrypts the next message of the peer. Any failure ends the session.
   *
   * @param ciphertext 16 to 65 535 bytes; borrowed.
   * @returns A fresh buffer.
   * @throws NOISE_DECRYPT_FAILED, NOISE_MESSAGE_TOO_SHORT, NOISE_MESSAGE_TOO_LONG, NOISE_DESTROYED,
   *   NOISE_NONCE_EXHAUSTED
   */
  decrypt(ciphertext: Uint8Array): Uint8Array;
  /** Wipes the keys; later use throws NOISE_DESTROYED. Calling it again does nothing. */
  destroy(): void;
}

/** The public facts of a session; byte strings are taken. */
export interface SessionFacts {
  readonly id: Uint8Array;
  readonly pattern: ProfileName;
  readonly role: Role;
  readonly remoteStatic: Uint8Array | undefined;
  readonly remoteIdentity: Uint8Array | undefined;
  readonly confirmed: boolean;
}

/** A session over a Noise transport, which it owns. */
export class NoiseSession implements Session {
  readonly #transport: Transport;
  readonly #facts: SessionFacts;
  #confirmed: boolean;

  constructor(transport: Transport, facts: SessionFacts) {
    this.#transport = transport;
    this.#facts = facts;
    this.#confirmed = facts.confirmed;
  }

  get id(): Uint8Array {
    return this.#facts.id.slice();
  }

  get pattern(): ProfileName {
    return this.#facts.pattern;
  }

  get role(): Role {
    return this.#facts.role;
  }

  get remoteStatic(): Uint8Array | undefined {
    return this.#facts.remoteStatic?.slice();
  }

  get remoteIdentity(): Uint8Array | undefined {
    return this.#facts.remoteIdentity?.slice();
  }

  get confirmed(): boolean {
    return this.#confirmed;
  }

  encrypt(plaintext: Uint8Array): Uint8Array {
    return this.#transport.encrypt(plaintext);
  }

  decrypt(ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#transport.decrypt(ciphertext);
    this.#confirmed = true;
    return plaintext;
  }

  destroy(): void {
    this.#transport.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Safe to log: the public id, and the first bytes of public keys. */
  toJSON(): Record<string, unknown> {
    const { id, pattern, role, remoteStatic, remoteIdentity } = this.#facts;
    return {
      type: 'Session',
      id: hex.encode(id),
      pattern,
      role,
      confirmed: this.#confirmed,
      ...(remoteStatic && { remoteStatic: keyPrefix(remoteStatic) }),
      ...(remoteIdentity && { remoteIdentity: keyPrefix(remoteIdentity) }),
    };
  }

  [INSPECT](): string {
    return `Session ${JSON.stringify(this)}`;
  }
}
