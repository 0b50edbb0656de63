/**
 * Both ends of a finished handshake.
 *
 * @typedef {object} Connection
 * @property {(plaintext: Uint8Array) => Uint8Array} seal the initiator's next message
 * @property {(ciphertext: Uint8Array) => Uint8Array} open the responder reads it
 * @property {() => boolean} agrees whether both ends derived the same session
 * @property {readonly unknown[]} ends what an application keeps of it: initiator's end, responder's end
 */

/**
 * An implementation under measurement.
 *
 * @typedef {object} Candidate
 * @property {string} name unique
 * @property {string} suite the Noise suite it runs, for reading like with like
 * @property {readonly string[]} packages whose versions belong in the report
 * @property {Readonly<Record<string, () => () => Connection>>} handshakes by pattern: makes the static keys, and
 *   returns a function that runs one whole handshake, both sides, with fresh ephemerals
 */

import { randomFillSync } from 'node:crypto';

const PROBE_BYTES = [0, 1, 64, 1024, 16_384, 65_519];

/**
 * The reasons why a connection must not be measured: it does not carry messages, or the ends disagree.
 *
 * @param {Connection} connection
 * @returns {string[]}
 */
export function findFaults(connection) {
  const faults = connection.agrees() ? [] : ['the two ends derived different sessions'];
  for (const bytes of PROBE_BYTES) {
    const plaintext = randomFillSync(new Uint8Array(bytes));
    const ciphertext = connection.seal(plaintext);
    if (ciphertext.length !== bytes + 16) faults.push(`${bytes} B sealed to ${ciphertext.length} B`);
    if (!sameBytes(connection.open(ciphertext), plaintext)) faults.push(`${bytes} B did not come through`);
  }
  return faults;
}

/**
 * @param {Uint8Array | null | undefined} left
 * @param {Uint8Array | null | undefined} right
 */
export function sameBytes(left, right) {
  return left != null && right != null && Buffer.compare(left, right) === 0;
}

/** A candidate does not do the work it would be measured at. */
export class WrongResult extends Error {
  /** @override */
  name = 'WrongResult';
}

/**
 * @param {string} who
 * @param {readonly string[]} faults
 * @throws WrongResult if there are any
 */
export function refuseFaults(who, faults) {
  if (faults.length > 0) throw new WrongResult(`${who}: ${faults.join('; ')}`);
}
