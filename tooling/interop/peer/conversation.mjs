import process from 'node:process';
import { blake2s } from '@pubky-paykit/noise-core/blake2s';
import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
import { fixedEphemeralsForTestingOnly } from '@pubky-paykit/noise-core/testing';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import {
  acceptPaymentChannel,
  answerRequest,
  createMemoryReceiptStore,
  createPaymentIdentity,
  decodeMessage,
  encodeMessage,
  hex,
  openPaymentChannel,
  wipe,
} from 'pubky-paykit';
import { UsageError } from './arguments.mjs';

/** @typedef {import('pubky-paykit').PaykitMessage} PaykitMessage */
/** @typedef {import('pubky-paykit').PaymentChannel} PaymentChannel */
/** @typedef {import('pubky-paykit').PaymentIdentity} PaymentIdentity */
/** @typedef {import('./arguments.mjs').PeerOptions} PeerOptions */

/** @param {PaykitMessage} message The JSON of the wire, as an object. */
function wireForm(message) {
  return JSON.parse(Buffer.from(encodeMessage(message)).toString());
}

/** @param {readonly string[]} texts @returns {PaykitMessage[]} @throws {UsageError} */
export function readMessages(texts) {
  return texts.map((text) => {
    try {
      return decodeMessage(Buffer.from(text));
    } catch (error) {
      throw new UsageError(`--send: ${error instanceof Error ? error.message : error}`);
    }
  });
}

/** @param {Uint8Array | undefined} key */
function hexOrNull(key) {
  return key === undefined ? null : hex.encode(key);
}

/**
 * @param {import('pubky-paykit').ByteStream} stream
 * @param {PaymentIdentity} identity
 * @param {PeerOptions} options
 */
function openOrAccept(stream, identity, options) {
  const { role, patternByte, extension, ephemeral, peerStatic, peerIdentity } = options;
  const dh = ephemeral === undefined ? undefined : fixedEphemeralsForTestingOnly(x25519, ephemeral);
  const common = { patternByte, ...(dh && { suite: { dh, cipher: chachaPoly, hash: blake2s } }) };
  if (role === 'responder') {
    return acceptPaymentChannel(stream, identity, {
      ...common,
      ...(peerIdentity && { allowIdentity: [peerIdentity] }),
    });
  }
  const remoteStatic = /** @type {Uint8Array} */ (peerStatic);
  return openPaymentChannel(stream, identity, { ...common, remoteStatic, padIdentity: extension });
}

/**
 * The payee's answer, by the rules of a real one: parties must be those of the session. Any method and any age will
 * do, so that fixed test messages work.
 *
 * @param {PaykitMessage} message
 * @param {PaymentChannel} channel
 * @param {PaymentIdentity} identity
 * @param {import('pubky-paykit').ReceiptStore} store
 */
async function answer(message, channel, identity, store) {
  const peer = channel.session.remoteIdentity;
  if (message.type !== 'RequestReceipt' || peer === undefined) return;
  const { reply } = await answerRequest(message, {
    self: identity.publicKey,
    peer,
    methods: { has: () => true },
    generateReceipt: (request) => request,
    store,
    maxAgeSeconds: Number.POSITIVE_INFINITY,
    maxFutureSeconds: Number.POSITIVE_INFINITY,
  });
  await channel.send(reply);
}

/**
 * The identity of this process. Its public keys go to stderr, for whoever has to pass them to the other side.
 *
 * @param {PeerOptions} options Its seed is wiped.
 */
export function ownIdentity({ seed, device }) {
  const identity = createPaymentIdentity(seed, { device });
  wipe(seed);
  const [publicKey, noiseKey] = [identity.publicKey, identity.noiseKey.publicKey].map((key) =>
    hex.encode(key),
  );
  process.stderr.write(`own identity ${publicKey}, own static key ${noiseKey}\n`);
  return identity;
}

/** The peer left before `--exit-after` messages had come. */
class ClosedEarly extends Error {
  code = 'PEER_CLOSED_EARLY';
}

/**
 * Handshakes, sends what was asked for and prints what comes, until `--exit-after` or the peer's end.
 *
 * @param {import('pubky-paykit').ByteStream} stream
 * @param {PaymentIdentity} identity
 * @param {PeerOptions} options
 * @param {readonly PaykitMessage[]} messages
 * @param {(event: Record<string, unknown>) => void} print
 */
export async function converse(stream, identity, options, messages, print) {
  const { role, exitAfter } = options;
  const store = createMemoryReceiptStore();
  const channel = await openOrAccept(stream, identity, options);
  try {
    const { session } = channel;
    print({
      event: 'handshake',
      pattern: 'ik',
      session_id: hex.encode(session.id),
      remote_static: hexOrNull(session.remoteStatic),
      remote_identity: hexOrNull(session.remoteIdentity),
    });
    for (const message of messages) await channel.send(message);
    for (let received = 0; received !== exitAfter; received++) {
      const message = await channel.receive();
      if (message === undefined) {
        if (exitAfter === undefined) break;
        throw new ClosedEarly(`The peer closed after ${received} of ${exitAfter} messages.`);
      }
      print({ event: 'message', message: wireForm(message) });
      if (role === 'responder') await answer(message, channel, identity, store);
    }
  } finally {
    await channel.close();
  }
}
