/// <reference lib="esnext.disposable" preserve="true" />
import type { Role, Transport } from '@pubky-paykit/noise-core';
import { hex } from '@pubky-paykit/primitives';
import type { ProfileName } from '../profiles/pattern-names.ts';
import type { Confirmation, Profile } from '../profiles/profile.ts';
import { INSPECT, keyPrefix } from '../redaction.ts';

/** Who is at the other end of a session, and how it came about. */
export interface SessionFacts {
  /**
   * 32 bytes, the Noise handshake hash; the same on both sides, a fresh copy at every access. It is **public**: good for
   * naming a session and for signing, never as a key or a bearer token (W-48).
   */
  readonly id: Uint8Array;
  readonly pattern: ProfileName;
  readonly role: Role;
  /** True for N: only the initiator can send. */
  readonly oneWay: boolean;
  /**
   * 32 bytes, the X25519 static key the peer proved to hold, or in N, at the initiator, the key without which nobody can
   * read what is sent; `undefined` where the profile has none. A fresh copy at every access.
   */
  readonly remoteStatic: Uint8Array | undefined;
  /** 32 bytes, the Ed25519 key the peer proved to be; `undefined` where the profile proves none. */
  readonly remoteIdentity: Uint8Array | undefined;
  /**
   * Whether the peer has addressed one of `formerNoiseKeys`: it has not heard of this side's rotation yet, and will not be
   * answered when the overlap is over. Always `false` at the initiator.
   */
  readonly formerKeyUsed: boolean;
  /**
   * Whether the peer is known to be live. A responder of IK and IK-raw starts with `false`: message 1 may be a recording,
   * and only the first transport message that decrypts proves otherwise. Do nothing for the peer before (W-28, W-41).
   * Always `false` in N, whose messages may all be recordings (W-47).
   */
  readonly confirmed: boolean;
  /** Messages encrypted so far; also the next nonce of that direction. */
  readonly sent: bigint;
  /** Messages decrypted so far; also the next nonce of that direction. */
  readonly received: bigint;
  readonly destroyed: boolean;
  /** Wipes the keys; later use throws NOISE_DESTROYED. Calling it again does nothing. */
  destroy(): void;
}

/** A session that can send: the initiator's in N. */
export interface SendSession extends SessionFacts {
  /**
   * Encrypts the next message to the peer.
   *
   * @param plaintext At most 65 519 bytes, may be empty; borrowed.
   * @returns A fresh buffer, 16 bytes longer.
   * @throws NOISE_MESSAGE_TOO_LONG, NOISE_DESTROYED, NOISE_NONCE_EXHAUSTED
   */
  encrypt(plaintext: Uint8Array): Uint8Array;
}

/** A session that can receive: the responder's in N. */
export interface ReceiveSession extends SessionFacts {
  /**
   * Decrypts the next message of the peer. Any failure ends the session.
   *
   * @param ciphertext 16 to 65 535 bytes; borrowed.
   * @returns A fresh buffer.
   * @throws NOISE_DECRYPT_FAILED, NOISE_MESSAGE_TOO_SHORT, NOISE_MESSAGE_TOO_LONG, NOISE_DESTROYED,
   *   NOISE_NONCE_EXHAUSTED
   */
  decrypt(ciphertext: Uint8Array): Uint8Array;
}

/** What a finished handshake yields. Both directions deliver in order and without loss, or fail for good. */
export interface Session extends SendSession, ReceiveSession {}

/** A session of any profile. */
export type AnySession = Session | SendSession | ReceiveSession;

/** The session one side of a profile gets: N's has one direction only. */
export type SessionOf<Chosen extends Profile, Self extends Role> = Chosen['oneWay'] extends false
  ? Session
  : Chosen['oneWay'] extends true
    ? Self extends 'initiator'
      ? SendSession
      : ReceiveSession
    : AnySession;

/** What the driver knows when a session begins; byte strings are taken. */
export interface SessionBeginning {
  readonly id: Uint8Array;
  readonly pattern: ProfileName;
  readonly role: Role;
  readonly remoteStatic: Uint8Array | undefined;
  readonly remoteIdentity: Uint8Array | undefined;
  readonly formerKeyUsed: boolean;
  readonly confirmedBy: Confirmation;
  readonly oneWay: boolean;
}

/** A session over a Noise transport, which it owns. */
export class NoiseSession implements Session {
  readonly #transport: Transport;
  readonly #beginning: SessionBeginning;
  #confirmed: boolean;

  constructor(transport: Transport, beginning: SessionBeginning) {
    this.#transport = transport;
    this.#beginning = beginning;
    this.#confirmed = beginning.confirmedBy === 'handshake';
  }

  get id(): Uint8Array {
    return this.#beginning.id.slice();
  }

  get pattern(): ProfileName {
    return this.#beginning.pattern;
  }

  get role(): Role {
    return this.#beginning.role;
  }

  get oneWay(): boolean {
    return this.#beginning.oneWay;
  }

  get remoteStatic(): Uint8Array | undefined {
    return this.#beginning.remoteStatic?.slice();
  }

  get remoteIdentity(): Uint8Array | undefined {
    return this.#beginning.remoteIdentity?.slice();
  }

  get formerKeyUsed(): boolean {
    return this.#beginning.formerKeyUsed;
  }

  get confirmed(): boolean {
    return this.#confirmed;
  }

  get sent(): bigint {
    return this.#has('initiator') ? this.#transport.sendNonce : 0n;
  }

  get received(): bigint {
    return this.#has('responder') ? this.#transport.receiveNonce : 0n;
  }

  get destroyed(): boolean {
    return this.#transport.destroyed;
  }

  encrypt(plaintext: Uint8Array): Uint8Array {
    return this.#transport.encrypt(plaintext);
  }

  decrypt(ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#transport.decrypt(ciphertext);
    this.#confirmed ||= this.#beginning.confirmedBy === 'first-message';
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
    const { id, pattern, role, remoteStatic, remoteIdentity, formerKeyUsed } = this.#beginning;
    return {
      type: 'Session',
      id: hex.encode(id),
      pattern,
      role,
      confirmed: this.#confirmed,
      ...(remoteStatic && { remoteStatic: keyPrefix(remoteStatic) }),
      ...(remoteIdentity && { remoteIdentity: keyPrefix(remoteIdentity) }),
      ...(formerKeyUsed && { formerKeyUsed }),
    };
  }

  [INSPECT](): string {
    return `Session ${JSON.stringify(this)}`;
  }

  /** Whether this side has the direction that only `role` has in a one-way profile. */
  #has(role: Role): boolean {
    return !this.#beginning.oneWay || this.role === role;
  }
}
