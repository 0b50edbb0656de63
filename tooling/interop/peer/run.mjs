import { createPaymentIdentity, decodeMessage, hex, wipe } from 'pubky-paykit';
import { withConnection } from './connection.mjs';
import { converse } from './conversation.mjs';
import { UsageError } from './outcome.mjs';
import { PATTERN_SIDES } from './pattern-sides.mjs';

/** @typedef {import('./arguments.mjs').PeerOptions} PeerOptions */

/** @param {readonly string[]} texts @returns {import('pubky-paykit').PaykitMessage[]} @throws {UsageError} */
function readMessages(texts) {
  return texts.map((text) => {
    try {
      return decodeMessage(Buffer.from(text));
    } catch (error) {
      throw new UsageError(`--send: ${error instanceof Error ? error.message : error}`);
    }
  });
}

/**
 * What whoever started this process may want to know and no event says: the public keys to pass to the other side, and
 * the given keys that prove nothing here.
 *
 * @param {PeerOptions} options
 * @param {import('pubky-paykit').PaymentIdentity} identity
 */
function* notes({ role, pattern, peerStatic, peerIdentity }, { publicKey, noiseKey }) {
  yield `own identity ${hex.encode(publicKey)}, own static key ${hex.encode(noiseKey.publicKey)}`;
  const given = { 'peer-static': peerStatic, 'peer-identity': peerIdentity };
  for (const option of PATTERN_SIDES[pattern][role].unchecked ?? []) {
    if (given[option] !== undefined)
      yield `--${option} is not compared: the ${role} of ${pattern} is shown no such key`;
  }
}

/**
 * One peer from its first byte to its last.
 *
 * @param {PeerOptions} options Its seed is wiped.
 * @param {import('./outcome.mjs').Output} output
 */
export async function runPeer(options, { print, complain }) {
  const messages = readMessages(options.send);
  const identity = createPaymentIdentity(options.seed, { device: options.device });
  wipe(options.seed);
  for (const note of notes(options, identity)) complain(note);
  await withConnection(options, print, (stream) => converse(stream, identity, options, messages, print));
  print({ event: 'closed' });
}
