import { createRequire } from 'node:module';
import { sameBytes } from './candidate.mjs';

// It has no types; `require` under another name keeps the compiler from looking for them.
const load = createRequire(import.meta.url);
const Noise = load('noise-handshake');
const CipherState = load('noise-handshake/cipher');
const { generateKeyPair } = load('noise-handshake/dh');

const PROLOGUE = Buffer.alloc(0);
const MESSAGES = { XX: 3, IK: 2, NN: 2 };

/** @type {import('./candidate.mjs').Candidate} */
export const NOISE_HANDSHAKE = {
  name: 'noise-handshake',
  suite: '25519_ChaChaPoly_BLAKE2b',
  packages: ['noise-handshake'],
  handshakes: Object.fromEntries(
    Object.entries(MESSAGES).map(([pattern, messages]) => [
      pattern,
      () => {
        // NN uses no static keys, but the constructor would generate some if none were passed.
        const own = generateKeyPair();
        const peer = generateKeyPair();
        return () => connect(pattern, messages, own, peer);
      },
    ]),
  ),
};

/**
 * @param {string} pattern
 * @param {number} messages
 * @param {{ publicKey: Buffer }} own
 * @param {{ publicKey: Buffer }} peer
 * @returns {import('./candidate.mjs').Connection}
 */
function connect(pattern, messages, own, peer) {
  const initiator = new Noise(pattern, true, own);
  const responder = new Noise(pattern, false, peer);
  initiator.initialise(PROLOGUE, peer.publicKey);
  responder.initialise(PROLOGUE);
  for (let index = 0; index < messages; index++) {
    if (index % 2 === 0) responder.recv(initiator.send());
    else initiator.recv(responder.send());
  }
  if (!initiator.complete || !responder.complete) throw new Error('the handshake is not complete');
  const sender = new CipherState(initiator.tx);
  const receiver = new CipherState(responder.rx);
  return {
    seal: (plaintext) => sender.encrypt(plaintext),
    open: (ciphertext) => receiver.decrypt(ciphertext),
    agrees: () => sameBytes(initiator.hash, responder.hash) && sameBytes(initiator.rx, responder.tx),
    ends: [
      [sender, new CipherState(initiator.rx)],
      [receiver, new CipherState(responder.tx)],
    ],
  };
}
