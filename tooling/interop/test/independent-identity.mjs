import {
  blake2s,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  hkdfSha512,
  sha256,
  x25519PublicKey,
} from './independent-noble.mjs';
import { concat, utf8 } from './independent-noise.mjs';

// Written from N8 §1.4, §2, §5 and P8 §2.2, §3.9 alone, like the handshakes beside it.

const KEY_BYTES = 32;

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
 * What is signed in IK (N8 §1.5).
 *
 * @param {Uint8Array} identity
 * @param {Uint8Array} local
 * @param {Uint8Array} remote
 */
function binding(identity, local, remote) {
  const label = utf8('pubky-noise-bind:v2IKpubky-noise-v1');
  return blake2s(concat(label, identity, local, remote, utf8('client')));
}

/**
 * The claim in the first message of IK, as the object whose JSON is sent (N8 §1.4).
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

/**
 * What is signed in NN (N8 §5).
 *
 * @param {Uint8Array} signers The ephemeral key of whoever signs.
 * @param {Uint8Array} others
 */
function attested(signers, others) {
  return sha256(concat(utf8('pubky-noise-nn-attestation-v1:'), signers, others));
}

/**
 * The message that attests an identity for one session (P8 §2.2).
 *
 * @param {Party} signer
 * @param {Uint8Array} signers
 * @param {Uint8Array} others
 */
export function attestationText({ seed, identity }, signers, others) {
  const signature = Buffer.from(ed25519Sign(attested(signers, others), seed)).toString('hex');
  const payload = { ed25519_pk: Buffer.from(identity).toString('hex'), signature };
  return JSON.stringify({ type: 'Attestation', payload });
}
