import { answerRequest, createMemoryReceiptStore, encodeMessage, hex } from 'pubky-paykit';
import { openOrAccept } from './handshake.mjs';

/** @typedef {import('pubky-paykit').PaykitMessage} PaykitMessage */
/** @typedef {import('pubky-paykit').PaymentChannel} PaymentChannel */
/** @typedef {import('pubky-paykit').PaymentReceiver} PaymentReceiver */
/** @typedef {import('pubky-paykit').PaymentIdentity} PaymentIdentity */
/** @typedef {import('./arguments.mjs').PeerOptions} PeerOptions */
/** @typedef {(event: Record<string, unknown>) => void} Print */

/** @param {PaykitMessage} message The JSON of the wire, as an object. */
function wireForm(message) {
  return JSON.parse(Buffer.from(encodeMessage(message)).toString());
}

/** @param {Uint8Array | undefined} key */
function hexOrNull(key) {
  return key === undefined ? null : hex.encode(key);
}

/** The peer left before `--exit-after` messages had come. */
class ClosedEarly extends Error {
  code = 'PEER_CLOSED_EARLY';
}

/**
 * The payee's answer, by the rules of a real one: the payer has to be the identity that the session proves. Where it
 * proves none, whoever is named is taken, as no real payee may. Any method and any age will do, so that fixed test
 * messages work.
 *
 * @param {PaykitMessage} message
 * @param {PaymentChannel} channel
 * @param {PaymentIdentity} identity
 * @param {import('pubky-paykit').ReceiptStore} store
 */
async function answer(message, channel, identity, store) {
  if (message.type !== 'RequestReceipt') return;
  const { reply } = await answerRequest(message, {
    self: identity.publicKey,
    peer: channel.session.remoteIdentity ?? message.provisionalReceipt.payer,
    methods: { has: () => true },
    generateReceipt: (request) => request,
    store,
    maxAgeSeconds: Number.POSITIVE_INFINITY,
    maxFutureSeconds: Number.POSITIVE_INFINITY,
  });
  await channel.send(reply);
}

/**
 * Prints what comes and, as a responder that can, answers it, until `--exit-after` or the peer's end.
 *
 * @param {PaymentChannel | PaymentReceiver} channel
 * @param {PaymentIdentity} identity
 * @param {PeerOptions} options
 * @param {Print} print
 */
async function receiveAll(channel, identity, { role, exitAfter }, print) {
  const store = createMemoryReceiptStore();
  for (let received = 0; received !== exitAfter; received++) {
    const message = await channel.receive();
    if (message === undefined) {
      if (exitAfter === undefined) return;
      throw new ClosedEarly(`The peer closed after ${received} of ${exitAfter} messages.`);
    }
    print({ event: 'message', message: wireForm(message) });
    if (role === 'responder' && 'send' in channel) await answer(message, channel, identity, store);
  }
}

/**
 * Handshakes, sends what was asked for and receives what comes, as far as the pattern can do both.
 *
 * @param {import('pubky-paykit').ByteStream} stream Taken.
 * @param {PaymentIdentity} identity Borrowed.
 * @param {PeerOptions} options
 * @param {readonly PaykitMessage[]} messages
 * @param {Print} print
 */
export async function converse(stream, identity, options, messages, print) {
  const channel = await openOrAccept(stream, identity, options);
  try {
    const { session } = channel;
    print({
      event: 'handshake',
      pattern: options.pattern,
      session_id: hex.encode(session.id),
      remote_static: hexOrNull(session.remoteStatic),
      remote_identity: hexOrNull(session.remoteIdentity),
    });
    if ('send' in channel) for (const message of messages) await channel.send(message);
    if ('receive' in channel) await receiveAll(channel, identity, options, print);
  } finally {
    await channel.close();
  }
}
