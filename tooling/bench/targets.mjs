import { FLOOR, HEAP_CASE, PEER, PROFILE, SUBJECT } from './cases.mjs';

/**
 * What must hold, from the requirements of the project.
 *
 * @typedef {object} Target
 * @property {string} text
 * @property {string} case
 * @property {string} subject
 * @property {string} [peer] absent where the value is absolute
 * @property {number} [atLeast]
 * @property {number} [atMost]
 */

const LIBP2P = 'libp2p-noise default';

/** @type {readonly Target[]} */
export const TARGETS = [
  { text: `XX speed, of ${PEER}`, case: 'handshake XX', subject: SUBJECT, peer: PEER, atLeast: 0.75 },
  {
    text: `XX speed, of ${PEER}, same suite`,
    case: 'handshake XX',
    subject: 'ours node BLAKE2b',
    peer: PEER,
    atLeast: 0.75,
  },
  { text: `XX speed, of ${LIBP2P}`, case: 'handshake XX', subject: SUBJECT, peer: LIBP2P, atLeast: 7 },
  {
    text: `XX speed, of ${LIBP2P}, same suite`,
    case: 'handshake XX',
    subject: 'ours node SHA256',
    peer: LIBP2P,
    atLeast: 7,
  },
  { text: `64 B pair time, of ${PEER}`, case: 'transport 64 B', subject: SUBJECT, peer: PEER, atMost: 2 },
  {
    text: `65519 B pair time, of ${PEER}`,
    case: 'transport 65519 B',
    subject: SUBJECT,
    peer: PEER,
    atMost: 1,
  },
  ...['IK', 'IK-raw', 'N', 'NN', 'XX'].map((name) => ({
    text: `profile ${name}, time of bare Noise and Ed25519`,
    case: `profile ${name}`,
    subject: PROFILE,
    peer: FLOOR,
    atMost: 1.1,
  })),
  { text: 'heap of a finished session, kB an endpoint', case: HEAP_CASE, subject: SUBJECT, atMost: 1.3 },
];

/**
 * @param {Pick<Target, 'atLeast' | 'atMost'>} target
 * @param {number} value
 */
export function isMet({ atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }, value) {
  return value >= atLeast && value <= atMost;
}
