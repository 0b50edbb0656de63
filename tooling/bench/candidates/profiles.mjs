import { createHandshake, createTransport } from '@pubky-paykit/noise-core';
import { blake2s } from '@pubky-paykit/noise-core/blake2s';
import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import {
  createIdentitySigner,
  createProfileHandshake,
  createReplayCache,
  IK,
  IK_RAW,
  N,
  NN,
  verifyStrictly,
  XX,
} from '@pubky-paykit/patterns';

/** @typedef {import('@pubky-paykit/noise-core').AnyHandshake} AnyHandshake */
/** @typedef {import('@pubky-paykit/patterns').AnyHandshakeOptions} AnyHandshakeOptions */
/** @typedef {import('@pubky-paykit/patterns').ProfileHandshake<import('@pubky-paykit/patterns').AnySession>} AnyProfileHandshake */

const SUITE = { dh: x25519, cipher: chachaPoly, hash: blake2s };
const PROLOGUE = new TextEncoder().encode('pubky-noise-v1');
const DIGEST_BYTES = 32;
/** N8 §1.4, padded, and the attestation message of P8 §2.2. */
const IDENTITY_PAYLOAD_BYTES = 574;
const ATTESTATION_BYTES = 257;

/**
 * A profile, and the work it cannot do without.
 *
 * @typedef {object} Measured
 * @property {import('@pubky-paykit/patterns').Profile} profile
 * @property {(keys: Keys) => Partial<AnyHandshakeOptions>} initiator
 * @property {(keys: Keys) => Partial<AnyHandshakeOptions>} responder
 * @property {number} firstPayloadBytes
 * @property {number} transportMessages of the size of an attestation, in turn from the responder
 * @property {number} signatures each verified by whoever made it, and by the peer
 */

/** @typedef {ReturnType<typeof makeKeys>} Keys */

function makeKeys() {
  const [initiatorSeed, responderSeed] = [1, 2].map((byte) => new Uint8Array(32).fill(byte));
  return {
    initiator: x25519.generateKeyPair(),
    responder: x25519.generateKeyPair(),
    // As every listener has one; it forgets its oldest entry once it is full.
    replayCache: createReplayCache({ whenFull: 'forget' }),
    signers: [initiatorSeed, responderSeed].map((seed) =>
      createIdentitySigner(/** @type {Uint8Array} */ (seed)),
    ),
  };
}

/** @type {Readonly<Record<string, Measured>>} */
export const MEASURED = {
  IK: {
    profile: IK,
    initiator: ({ initiator, responder, signers: [signer] }) => ({
      noiseKey: initiator,
      remoteStatic: responder.publicKey,
      signer,
    }),
    responder: ({ responder, replayCache }) => ({ noiseKey: responder, replayCache }),
    firstPayloadBytes: IDENTITY_PAYLOAD_BYTES,
    transportMessages: 0,
    signatures: 1,
  },
  'IK-raw': {
    profile: IK_RAW,
    initiator: ({ initiator, responder }) => ({ noiseKey: initiator, remoteStatic: responder.publicKey }),
    responder: ({ responder, replayCache }) => ({ noiseKey: responder, replayCache }),
    firstPayloadBytes: 0,
    transportMessages: 0,
    signatures: 0,
  },
  N: {
    profile: N,
    initiator: ({ responder }) => ({ remoteStatic: responder.publicKey }),
    responder: ({ responder, replayCache }) => ({ noiseKey: responder, replayCache }),
    firstPayloadBytes: 0,
    transportMessages: 0,
    signatures: 0,
  },
  NN: {
    profile: NN,
    initiator: ({ signers: [signer, peer] }) => ({ signer, expectedIdentity: peer?.publicKey }),
    responder: ({ signers: [, signer] }) => ({ signer }),
    firstPayloadBytes: 0,
    transportMessages: 2,
    signatures: 2,
  },
  XX: {
    profile: XX,
    initiator: ({ initiator, responder }) => ({
      noiseKey: initiator,
      trust: { expectedStatic: responder.publicKey },
    }),
    responder: ({ responder }) => ({ noiseKey: responder, allowStatic: 'anyone' }),
    firstPayloadBytes: 0,
    transportMessages: 0,
    signatures: 0,
  },
};

/**
 * The floor: the bare handshake with payloads of the same lengths, and the Ed25519 operations.
 *
 * @param {Measured} measured
 * @returns {() => Promise<void>}
 */
export function bareHandshake({ profile, firstPayloadBytes, transportMessages, signatures }) {
  const keys = makeKeys();
  const { required } = profile.options.initiator;
  const needs = /** @param {'initiator' | 'responder'} role */ (role) =>
    profile.options[role].required.includes('noiseKey') ? { s: keys[role] } : {};
  const rs = required.includes('remoteStatic') ? { rs: keys.responder.publicKey } : {};
  const [signer] = keys.signers;
  const payload = new Uint8Array(firstPayloadBytes);
  const attestation = new Uint8Array(ATTESTATION_BYTES);
  // A new digest each time, as a profile signs: the processor learns the branches of numbers that come again.
  const digest = new DataView(new ArrayBuffer(DIGEST_BYTES));
  let signed = 0;
  return async () => {
    const common = { pattern: profile.noise, suite: SUITE, prologue: PROLOGUE };
    let writer = /** @type {AnyHandshake} */ (
      createHandshake(/** @type {never} */ ({ ...common, role: 'initiator', ...needs('initiator'), ...rs }))
    );
    let reader = /** @type {AnyHandshake} */ (
      createHandshake(/** @type {never} */ ({ ...common, role: 'responder', ...needs('responder') }))
    );
    for (let carried = payload; writer.turn === 'write' && reader.turn === 'read'; ) {
      const { message, next } = writer.write(carried);
      [writer, reader] = [reader.read(message).next, next];
      carried = new Uint8Array(0);
    }
    if (writer.turn !== 'done' || reader.turn !== 'done') throw new Error('the handshake did not end');
    let ends = [createTransport(writer.split()), createTransport(reader.split())];
    for (let message = 0; message < transportMessages; message++) {
      const [sender, receiver] = ends;
      receiver?.decrypt(/** @type {Uint8Array} */ (sender?.encrypt(attestation)));
      ends = ends.reverse();
    }
    for (let signature = 0; signature < signatures; signature++) {
      digest.setUint32(0, signed++);
      const message = new Uint8Array(digest.buffer);
      const made = /** @type {Uint8Array} */ (await signer?.sign(message));
      for (const _ of ['signer', 'verifier']) {
        verifyStrictly(made, message, /** @type {Uint8Array} */ (signer?.publicKey));
      }
    }
  };
}

/**
 * The whole profile, by its driver.
 *
 * @param {Measured} measured
 * @returns {() => Promise<void>}
 */
export function profileHandshake({ profile, initiator, responder }) {
  const keys = makeKeys();
  /** @param {'initiator' | 'responder'} role @param {Partial<AnyHandshakeOptions>} options */
  const start = (role, options) =>
    /** @type {AnyProfileHandshake} */ (
      createProfileHandshake(/** @type {never} */ ({ profile, role, suite: SUITE, ...options }))
    );
  return async () => {
    const sides = [start('initiator', initiator(keys)), start('responder', responder(keys))];
    const [here, there] = /** @type {[AnyProfileHandshake, AnyProfileHandshake]} */ (sides);
    while (here.turn !== 'done') {
      if (here.turn === 'write') await there.read(await here.write());
      else await here.read(await there.write());
    }
    const [one, two] = [here.finish(), there.finish()];
    if (Buffer.compare(one.id, two.id) !== 0) throw new Error('the two ends derived different sessions');
  };
}
