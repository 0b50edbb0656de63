import { defaultCrypto, pureJsCrypto } from '@chainsafe/libp2p-noise/crypto';
import { sameBytes } from './candidate.mjs';

// The protocol without libp2p's streams and signatures is not exported, so it is imported by its address.
const inner = import.meta.resolve('@chainsafe/libp2p-noise/crypto');
const { wrapCrypto } = await import(new URL('../crypto.js', inner).href);
const { XXHandshakeState, ZEROLEN } = await import(new URL('../protocol.js', inner).href);

/** @type {readonly import('./candidate.mjs').Candidate[]} */
export const LIBP2P_NOISE = [
  { name: 'libp2p-noise default', crypto: wrapCrypto(defaultCrypto) },
  { name: 'libp2p-noise pure JS', crypto: wrapCrypto(pureJsCrypto) },
].map(({ name, crypto }) => ({
  name,
  suite: '25519_ChaChaPoly_SHA256',
  packages: ['@chainsafe/libp2p-noise'],
  handshakes: {
    XX: () => {
      const own = crypto.generateKeypair();
      const peer = crypto.generateKeypair();
      return () => connect(crypto, own, peer);
    },
  },
}));

/**
 * @param {unknown} crypto
 * @param {unknown} own
 * @param {unknown} peer
 * @returns {import('./candidate.mjs').Connection}
 */
function connect(crypto, own, peer) {
  const shared = { crypto, protocolName: 'Noise_XX_25519_ChaChaPoly_SHA256', prologue: ZEROLEN };
  const initiator = new XXHandshakeState({ ...shared, initiator: true, s: own });
  const responder = new XXHandshakeState({ ...shared, initiator: false, s: peer });
  responder.readMessageA(initiator.writeMessageA(ZEROLEN));
  initiator.readMessageB(responder.writeMessageB(ZEROLEN));
  responder.readMessageC(initiator.writeMessageC(ZEROLEN));
  const ends = [initiator.ss.split(), responder.ss.split()];
  const [[sender], [receiver]] = ends;
  return {
    seal: (plaintext) => sender.encryptWithAd(ZEROLEN, plaintext),
    open: (ciphertext) => receiver.decryptWithAd(ZEROLEN, ciphertext),
    agrees: () => sameBytes(initiator.ss.h, responder.ss.h),
    ends,
  };
}
