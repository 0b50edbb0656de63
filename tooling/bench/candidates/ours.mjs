import { createHandshake, createTransport, IK, N, NN, XX } from '@pubky-paykit/noise-core';
import * as noble from '@pubky-paykit/noise-core/noble';
import * as node from '@pubky-paykit/noise-core/node';
import { sameBytes } from './candidate.mjs';

/** @typedef {import('@pubky-paykit/noise-core').Suite} Suite */
/** @typedef {import('@pubky-paykit/noise-core').HandshakePattern} HandshakePattern */
/** @typedef {import('@pubky-paykit/noise-core').AnyKeys} AnyKeys */
/** @typedef {import('@pubky-paykit/noise-core').AnyHandshake} AnyHandshake */

/** Which static keys the two sides of a measured pattern start with. */
const PATTERNS = [
  { pattern: XX, initiatorStatic: true, knowsResponder: false, responderStatic: true },
  { pattern: IK, initiatorStatic: true, knowsResponder: true, responderStatic: true },
  { pattern: NN, initiatorStatic: false, knowsResponder: false, responderStatic: false },
  { pattern: N, initiatorStatic: false, knowsResponder: true, responderStatic: true },
];

/** The suites the peers speak, each on the backend it is measured on. */
const SUITES = [
  { name: 'ours node BLAKE2s', backend: node, hash: node.blake2s, packages: [] },
  { name: 'ours node SHA256', backend: node, hash: node.sha256, packages: [] },
  { name: 'ours node BLAKE2b', backend: node, hash: node.blake2b, packages: [] },
  {
    name: 'ours noble BLAKE2s',
    backend: noble,
    hash: noble.blake2s,
    packages: ['@noble/curves', '@noble/ciphers'],
  },
];

/** @type {readonly import('./candidate.mjs').Candidate[]} */
export const OURS = SUITES.map(({ name, backend, hash, packages }) => {
  const suite = { dh: backend.x25519, cipher: backend.chachaPoly, hash };
  return {
    name,
    suite: `25519_ChaChaPoly_${hash.name}`,
    packages: ['@pubky-paykit/noise-core', ...packages],
    handshakes: Object.fromEntries(
      PATTERNS.map(({ pattern, ...needs }) => [
        pattern.name,
        () => {
          const [initiator, responder] = keysOf(suite, needs);
          return () => connect(pattern, suite, initiator, responder);
        },
      ]),
    ),
  };
});

/**
 * @param {Suite} suite
 * @param {{ initiatorStatic: boolean, knowsResponder: boolean, responderStatic: boolean }} needs
 * @returns {readonly [initiator: AnyKeys, responder: AnyKeys]}
 */
function keysOf({ dh }, { initiatorStatic, knowsResponder, responderStatic }) {
  const own = dh.generateKeyPair();
  const peer = dh.generateKeyPair();
  return [
    { ...(initiatorStatic && { s: own }), ...(knowsResponder && { rs: peer.publicKey }) },
    responderStatic ? { s: peer } : {},
  ];
}

/**
 * @param {HandshakePattern} pattern
 * @param {Suite} suite
 * @param {AnyKeys} initiatorKeys
 * @param {AnyKeys} responderKeys
 * @returns {import('./candidate.mjs').Connection}
 */
function connect(pattern, suite, initiatorKeys, responderKeys) {
  let initiator = /** @type {AnyHandshake} */ (
    createHandshake({ pattern, suite, role: 'initiator', ...initiatorKeys })
  );
  let responder = /** @type {AnyHandshake} */ (
    createHandshake({ pattern, suite, role: 'responder', ...responderKeys })
  );
  while (initiator.turn !== 'done' || responder.turn !== 'done') {
    if (initiator.turn === 'write' && responder.turn === 'read') {
      const { message, next } = initiator.write();
      responder = responder.read(message).next;
      initiator = next;
    } else if (initiator.turn === 'read' && responder.turn === 'write') {
      const { message, next } = responder.write();
      initiator = initiator.read(message).next;
      responder = next;
    } else throw new Error(`initiator and responder stand at ${initiator.turn} and ${responder.turn}`);
  }
  const { handshakeHash } = initiator;
  const peerHash = responder.handshakeHash;
  const ends = [createTransport(initiator.split()), createTransport(responder.split())];
  const [sender, receiver] = ends;
  if (sender === undefined || receiver === undefined) throw new Error('no transport');
  return {
    seal: (plaintext) => sender.encrypt(plaintext),
    open: (ciphertext) => receiver.decrypt(ciphertext),
    agrees: () => sameBytes(handshakeHash, peerHash),
    ends,
  };
}
