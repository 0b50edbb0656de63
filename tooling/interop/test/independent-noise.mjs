import { blake2s, chachaPoly, hmacBlake2s, x25519, x25519PublicKey } from './independent-noble.mjs';

// Written from N8 §1 alone: not one line of the packages under test may be reached from here.

const PROLOGUE = 'pubky-noise-v1';
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const NOTHING = new Uint8Array(0);

/** N8 §1.2. The first is said by the initiator, then they take turns. */
const MESSAGES = {
  IK: [
    ['e', 'es', 's', 'ss'],
    ['e', 'ee', 'se'],
  ],
  N: [['e', 'es']],
  NN: [['e'], ['e', 'ee']],
  XX: [['e'], ['e', 'ee', 's', 'es'], ['s', 'se']],
};
/** The patterns whose initiator knows the responder's static key before. */
const KNOWS_RESPONDER = new Set(['IK', 'N']);

/** @typedef {keyof typeof MESSAGES} NoiseName */

/** @param {string} text @returns {Uint8Array} */
export const utf8 = (text) => new TextEncoder().encode(text);

/** @param {readonly Uint8Array[]} parts @returns {Uint8Array} */
export const concat = (...parts) => Uint8Array.from(Buffer.concat(parts));

class SymmetricState {
  /** @type {Uint8Array} */
  h;
  #ck;
  /** @type {Uint8Array | undefined} */
  #key;
  #counter = 0n;

  /** @param {string} name Of 32 bytes, as that of N is, it is not hashed. */
  constructor(name) {
    const bytes = utf8(name);
    this.h = bytes.length === KEY_BYTES ? bytes : blake2s(bytes);
    this.#ck = this.h;
  }

  get overhead() {
    return this.#key === undefined ? 0 : TAG_BYTES;
  }

  /** @param {Uint8Array} data */
  mixHash(data) {
    this.h = blake2s(concat(this.h, data));
  }

  /** @param {Uint8Array} secret */
  mixKey(secret) {
    [this.#ck, this.#key] = this.#derive(secret);
    this.#counter = 0n;
  }

  /** @param {Uint8Array} plaintext @returns {Uint8Array} */
  encryptAndHash(plaintext) {
    const ciphertext = this.#key
      ? chachaPoly(this.#key, this.#counter++, this.h).encrypt(plaintext)
      : plaintext;
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** @param {Uint8Array} ciphertext @returns {Uint8Array} */
  decryptAndHash(ciphertext) {
    const plaintext = this.#key
      ? chachaPoly(this.#key, this.#counter++, this.h).decrypt(ciphertext)
      : ciphertext;
    this.mixHash(ciphertext);
    return plaintext;
  }

  split() {
    const [first, second] = this.#derive(NOTHING);
    return { fromInitiator: direction(first), fromResponder: direction(second) };
  }

  /** @param {Uint8Array} secret @returns {[Uint8Array, Uint8Array]} */
  #derive(secret) {
    const extracted = hmacBlake2s(this.#ck, secret);
    const first = hmacBlake2s(extracted, Uint8Array.of(1));
    return [first, hmacBlake2s(extracted, concat(first, Uint8Array.of(2)))];
  }
}

/** @param {Uint8Array} key */
function direction(key) {
  let counter = 0n;
  return {
    /** @param {string} text @returns {Uint8Array} */
    encrypt: (text) => chachaPoly(key, counter++, NOTHING).encrypt(utf8(text)),
    /** @param {Uint8Array} ciphertext */
    decrypt: (ciphertext) => Buffer.from(chachaPoly(key, counter++, NOTHING).decrypt(ciphertext)).toString(),
  };
}

/** What any secret key and a point of low order make; nobody who speaks honestly ever mixes it in. */
const ZERO_SECRET = new Uint8Array(KEY_BYTES);

/**
 * @typedef {object} NoiseParts
 * @property {NoiseName} pattern
 * @property {'initiator' | 'responder'} role
 * @property {{ secretKey: Uint8Array, publicKey: Uint8Array } | undefined} [own] The static key pair.
 * @property {Uint8Array | undefined} [remote] The static key that is dialled.
 * @property {Uint8Array} ephemeral The secret key.
 * @property {Uint8Array} [weakEphemeral] A point of low order, sent in place of the ephemeral public key.
 * @property {Uint8Array} [weakStatic] A point of low order, sent in place of the static public key.
 */

/** One side of a handshake, for the patterns without pre-shared keys. */
export class IndependentHandshake {
  /** What has been received. @type {{ e?: Uint8Array, s?: Uint8Array }} */
  remote = {};
  #state;
  #role;
  #left;
  /** @type {{ e: Uint8Array, s: Uint8Array | undefined }} */
  #secrets;
  /** @type {{ e: Uint8Array, s: Uint8Array | undefined }} */
  #shown;
  /** @type {{ e: boolean, s: boolean }} */
  #weak;

  /** @param {NoiseParts} parts */
  constructor({ pattern, role, own, remote, ephemeral, weakEphemeral, weakStatic }) {
    this.#role = role;
    this.#left = MESSAGES[pattern].values();
    this.#secrets = { e: ephemeral, s: own?.secretKey };
    this.#shown = { e: weakEphemeral ?? x25519PublicKey(ephemeral), s: weakStatic ?? own?.publicKey };
    this.#weak = { e: weakEphemeral !== undefined, s: weakStatic !== undefined };
    this.#state = new SymmetricState(`Noise_${pattern}_25519_ChaChaPoly_BLAKE2s`);
    this.#state.mixHash(utf8(PROLOGUE));
    if (remote !== undefined) this.remote.s = remote;
    if (!KNOWS_RESPONDER.has(pattern)) return;
    this.#state.mixHash(/** @type {Uint8Array} */ (role === 'initiator' ? remote : own?.publicKey));
  }

  /** 32 bytes, public: the session's name once the last message is done. */
  get id() {
    return this.#state.h;
  }

  /** 32 bytes, the ephemeral public key of this side. */
  get ephemeral() {
    return this.#shown.e;
  }

  /** @param {Uint8Array} payload @returns {Uint8Array} */
  write(payload = NOTHING) {
    const parts = this.#tokens().map((token) => {
      if (token.length > 1) return this.#mix(token);
      const key = this.#shown[/** @type {'e' | 's'} */ (token)] ?? NOTHING;
      if (token === 's') return this.#state.encryptAndHash(key);
      this.#state.mixHash(key);
      return key;
    });
    return concat(...parts, this.#state.encryptAndHash(payload));
  }

  /** @param {Uint8Array} message @returns {Uint8Array} The payload. */
  read(message) {
    let rest = message;
    /** @param {number} length */
    const take = (length) => {
      const taken = rest.subarray(0, length);
      rest = rest.subarray(length);
      return taken;
    };
    for (const token of this.#tokens()) {
      if (token.length > 1) this.#mix(token);
      else if (token === 's')
        this.remote.s = this.#state.decryptAndHash(take(KEY_BYTES + this.#state.overhead));
      else {
        this.remote.e = take(KEY_BYTES);
        this.#state.mixHash(this.remote.e);
      }
    }
    return this.#state.decryptAndHash(rest);
  }

  split() {
    const { fromInitiator, fromResponder } = this.#state.split();
    return this.#role === 'initiator'
      ? { send: fromInitiator, receive: fromResponder }
      : { send: fromResponder, receive: fromInitiator };
  }

  /** @returns {readonly string[]} */
  #tokens() {
    const { value } = this.#left.next();
    if (value === undefined) throw new Error('there is no further message');
    return value;
  }

  /** The first letter of the token is the initiator's key, the second the responder's. @param {string} token */
  #mix(token) {
    const [initiators, responders] = /** @type {('e' | 's')[]} */ ([...token]);
    const [mine, theirs] = this.#role === 'initiator' ? [initiators, responders] : [responders, initiators];
    const [secret, key] = [this.#secrets[mine ?? 'e'], this.remote[theirs ?? 'e']];
    if (secret === undefined || key === undefined) throw new Error(`a key for ${token} is missing`);
    this.#state.mixKey(this.#weak[mine ?? 'e'] ? ZERO_SECRET : x25519(secret, key));
    return NOTHING;
  }
}
