import {
  blake2s,
  chachaPoly,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  hkdfSha512,
  hmacBlake2s,
  x25519,
  x25519PublicKey,
} from './independent-noble.mjs';

// Written from N8 §1-2 alone: not one line of the packages under test may be reached from here.

const PROTOCOL_NAME = 'Noise_IK_25519_ChaChaPoly_BLAKE2s';
const PROLOGUE = 'pubky-noise-v1';
const KEY_BYTES = 32;
const ENCRYPTED_KEY_BYTES = 48;
const NOTHING = new Uint8Array(0);

/** @param {string} text @returns {Uint8Array} */
export const utf8 = (text) => new TextEncoder().encode(text);

/** @param {readonly Uint8Array[]} parts @returns {Uint8Array} */
export const concat = (...parts) => Uint8Array.from(Buffer.concat(parts));

/**
 * @typedef {object} Party
 * @property {Uint8Array} seed
 * @property {Uint8Array} identity Ed25519, 32 bytes.
 * @property {Uint8Array} secretKey
 * @property {Uint8Array} publicKey X25519, 32 bytes.
 */

/**
 * The keys of one side (N8 §2.1). Clamping is left to X25519, which does it at every use.
 *
 * @param {number} octet What the seed is filled with.
 * @param {string} device
 * @returns {Party}
 */
export function party(octet, device) {
  const seed = new Uint8Array(KEY_BYTES).fill(octet);
  const secretKey = hkdfSha512(seed, utf8('pubky-noise-x25519:v2'), utf8(device));
  return { seed, identity: ed25519PublicKey(seed), secretKey, publicKey: x25519PublicKey(secretKey) };
}

/**
 * What is signed (N8 §1.5).
 *
 * @param {Uint8Array} identity
 * @param {Uint8Array} local
 * @param {Uint8Array} remote
 */
function binding(identity, local, remote) {
  const label = utf8(`pubky-noise-bind:v2IK${PROLOGUE}`);
  return blake2s(concat(label, identity, local, remote, utf8('client')));
}

/**
 * The claim in the first message, as the object whose JSON is sent (N8 §1.4).
 *
 * @param {Party} claimant
 * @param {Uint8Array} remote
 * @param {Uint8Array} noiseKey
 */
export function claim({ seed, identity, publicKey }, remote, noiseKey = publicKey) {
  const signature = ed25519Sign(binding(identity, noiseKey, remote), seed);
  return { ed25519_pub: [...identity], noise_x25519_pub: [...noiseKey], role: 'Client', sig: [...signature] };
}

/**
 * @param {Uint8Array} payload
 * @param {Uint8Array} proven The static key that Noise has proven.
 * @param {Uint8Array} own
 */
export function isValidClaim(payload, proven, own) {
  const { ed25519_pub, noise_x25519_pub, role, sig } = JSON.parse(Buffer.from(payload).toString());
  const identity = Uint8Array.from(ed25519_pub);
  const verified = ed25519Verify(Uint8Array.from(sig), binding(identity, proven, own), identity);
  return verified && role === 'Client' && Buffer.compare(proven, Uint8Array.from(noise_x25519_pub)) === 0;
}

class SymmetricState {
  /** @type {Uint8Array} */
  h = blake2s(utf8(PROTOCOL_NAME));
  #ck = this.h;
  /** @type {Uint8Array} */
  #key = NOTHING;
  #counter = 0n;

  /** @param {Uint8Array} data */
  mixHash(data) {
    this.h = blake2s(concat(this.h, data));
  }

  /** @param {Uint8Array} secret */
  mixKey(secret) {
    [this.#ck, this.#key] = this.#derive(secret);
    this.#counter = 0n;
  }

  /** @param {Uint8Array} plaintext */
  encryptAndHash(plaintext) {
    const ciphertext = chachaPoly(this.#key, this.#counter++, this.h).encrypt(plaintext);
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** @param {Uint8Array} ciphertext */
  decryptAndHash(ciphertext) {
    const plaintext = chachaPoly(this.#key, this.#counter++, this.h).decrypt(ciphertext);
    this.mixHash(ciphertext);
    return plaintext;
  }

  split() {
    const [initiators, responders] = this.#derive(NOTHING).map(direction);
    return {
      initiators: /** @type {Direction} */ (initiators),
      responders: /** @type {Direction} */ (responders),
    };
  }

  /** @param {Uint8Array} secret @returns {[Uint8Array, Uint8Array]} */
  #derive(secret) {
    const extracted = hmacBlake2s(this.#ck, secret);
    const first = hmacBlake2s(extracted, Uint8Array.of(1));
    return [first, hmacBlake2s(extracted, concat(first, Uint8Array.of(2)))];
  }
}

/** @typedef {ReturnType<typeof direction>} Direction */

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

/** @param {Uint8Array} responder The static key that both sides know before. */
function begin(responder) {
  const state = new SymmetricState();
  state.mixHash(utf8(PROLOGUE));
  state.mixHash(responder);
  return state;
}

/** What any secret key and a point of low order make; nobody who speaks honestly ever mixes it in. */
const ZERO_SECRET = new Uint8Array(KEY_BYTES);

/**
 * @typedef {object} InitiatorParts
 * @property {Party} own
 * @property {Uint8Array} remote
 * @property {Uint8Array} ephemeral The secret key.
 * @property {Uint8Array} payload
 * @property {Uint8Array} [weakEphemeral] A point of low order, sent in place of the ephemeral public key.
 * @property {Uint8Array} [weakStatic] A point of low order, sent in place of the static public key.
 */

/** `-> e, es, s, ss`, then `<- e, ee, se`. @param {InitiatorParts} parts */
export function initiate({ own, remote, ephemeral, payload, weakEphemeral, weakStatic }) {
  const state = begin(remote);
  const e = weakEphemeral ?? x25519PublicKey(ephemeral);
  state.mixHash(e);
  state.mixKey(weakEphemeral ? ZERO_SECRET : x25519(ephemeral, remote));
  const s = state.encryptAndHash(weakStatic ?? own.publicKey);
  state.mixKey(weakStatic ? ZERO_SECRET : x25519(own.secretKey, remote));
  const message = concat(e, s, state.encryptAndHash(payload));
  /** @param {Uint8Array} answer */
  const finish = (answer) => {
    const re = answer.subarray(0, KEY_BYTES);
    state.mixHash(re);
    state.mixKey(x25519(ephemeral, re));
    state.mixKey(x25519(own.secretKey, re));
    const received = state.decryptAndHash(answer.subarray(KEY_BYTES));
    const { initiators: send, responders: receive } = state.split();
    return { id: state.h, payload: received, send, receive };
  };
  return { message, finish };
}

/**
 * The other side of {@link initiate}.
 *
 * @param {{ own: Party, ephemeral: Uint8Array, message: Uint8Array, weakEphemeral?: Uint8Array }} parts
 */
export function respond({ own, ephemeral, message, weakEphemeral }) {
  const state = begin(own.publicKey);
  const re = message.subarray(0, KEY_BYTES);
  state.mixHash(re);
  state.mixKey(x25519(own.secretKey, re));
  const rs = state.decryptAndHash(message.subarray(KEY_BYTES, KEY_BYTES + ENCRYPTED_KEY_BYTES));
  state.mixKey(x25519(own.secretKey, rs));
  const payload = state.decryptAndHash(message.subarray(KEY_BYTES + ENCRYPTED_KEY_BYTES));
  const e = weakEphemeral ?? x25519PublicKey(ephemeral);
  state.mixHash(e);
  state.mixKey(weakEphemeral ? ZERO_SECRET : x25519(ephemeral, re));
  state.mixKey(weakEphemeral ? ZERO_SECRET : x25519(ephemeral, rs));
  const answer = concat(e, state.encryptAndHash(NOTHING));
  const { initiators: receive, responders: send } = state.split();
  return { answer, id: state.h, remoteStatic: rs, payload, send, receive };
}
