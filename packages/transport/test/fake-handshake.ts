import type { ProfileHandshake, Session } from '@pubky-paykit/patterns';
import { equalBytes, wipe } from '@pubky-paykit/primitives';
import { TAG_BYTES } from '../src/constants.ts';

type Role = 'initiator' | 'responder';

/** Authentication failure of the double: a coded error of another package, as far as the transport can tell. */
export class FakeDecryptError extends Error {
  readonly code = 'NOISE_DECRYPT_FAILED';
  readonly retryable = false;
}

function fakeTag(counter: bigint, body: Uint8Array): Uint8Array {
  const tag = new Uint8Array(TAG_BYTES).fill(0xa5);
  const view = new DataView(tag.buffer);
  view.setUint32(0, Number(counter));
  view.setUint32(
    4,
    body.reduce((sum, octet) => (Math.imul(sum, 31) + octet) >>> 0, 7),
  );
  return tag;
}

/** A session that hides nothing but counts like a real one: wrong order, a flipped bit or a replay do not decrypt. */
export class FakeSession implements Session {
  readonly id = new Uint8Array(32).fill(1);
  readonly pattern = 'IK';
  readonly role: Role;
  readonly oneWay = false;
  readonly remoteStatic = undefined;
  readonly remoteIdentity = undefined;
  readonly formerKeyUsed = false;
  confirmed: boolean;
  destroyed = false;
  sent = 0n;
  received = 0n;

  constructor(role: Role) {
    this.role = role;
    this.confirmed = role === 'initiator';
  }

  encrypt(plaintext: Uint8Array): Uint8Array {
    if (this.destroyed) throw new FakeDecryptError('destroyed');
    const ciphertext = new Uint8Array(plaintext.length + TAG_BYTES);
    ciphertext.set(plaintext);
    ciphertext.set(fakeTag(this.sent++, plaintext), plaintext.length);
    return ciphertext;
  }

  decrypt(ciphertext: Uint8Array): Uint8Array {
    if (this.destroyed) throw new FakeDecryptError('destroyed');
    const body = ciphertext.slice(0, -TAG_BYTES);
    const tag = ciphertext.subarray(-TAG_BYTES);
    const expected = fakeTag(this.received, body);
    if (tag.some((octet, at) => octet !== expected[at])) {
      this.destroyed = true;
      throw new FakeDecryptError('bad tag');
    }
    this.received += 1n;
    this.confirmed = true;
    return body;
  }

  destroy(): void {
    this.destroyed = true;
    wipe(this.id);
  }
}

/** What one fake handshake does. */
export interface FakeHandshakeOptions {
  /** Who writes which message. IK by default. */
  readonly writers?: readonly Role[];
  readonly messageBytes?: number;
  /** Never finishes writing, like a signer that does not answer. */
  readonly hangs?: boolean;
}

export class FakeHandshake implements ProfileHandshake {
  readonly session: FakeSession;
  readonly #role: Role;
  readonly #writers: readonly Role[];
  readonly #messageBytes: number;
  readonly #hangs: boolean;
  #step = 0;
  destroyed = false;

  constructor(
    role: Role,
    { writers = ['initiator', 'responder'], messageBytes = 48, hangs = false }: FakeHandshakeOptions = {},
  ) {
    this.#role = role;
    this.#writers = writers;
    this.#messageBytes = messageBytes;
    this.#hangs = hangs;
    this.session = new FakeSession(role);
  }

  get turn(): 'write' | 'read' | 'done' {
    const writer = this.#writers[this.#step];
    if (writer === undefined) return 'done';
    return writer === this.#role ? 'write' : 'read';
  }

  async write(): Promise<Uint8Array> {
    if (this.#hangs) await new Promise(() => {});
    return new Uint8Array(this.#messageBytes).fill(0x40 + this.#step++);
  }

  async read(message: Uint8Array): Promise<void> {
    const expected = new Uint8Array(this.#messageBytes).fill(0x40 + this.#step);
    if (!equalBytes(message, expected)) throw new FakeDecryptError('bad message');
    this.#step += 1;
  }

  finish(): Session {
    return this.session;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

export const initiator = (options?: FakeHandshakeOptions): FakeHandshake =>
  new FakeHandshake('initiator', options);
export const responder = (options?: FakeHandshakeOptions): FakeHandshake =>
  new FakeHandshake('responder', options);
