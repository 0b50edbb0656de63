import { OUR_PACKETS, PEER_PACKETS } from './candidates/packets.mjs';
import { BARE, OVER_SDK } from './candidates/storage.mjs';
import { FLOOR, PEER, PROFILE, SUBJECT } from './cases.mjs';
import {
  CACHED_FIND,
  PACKET,
  PACKET_CASES,
  SIGNED_RECORD,
  UNSIGNED_RECORD,
  VERIFICATION,
} from './discovery-cases.mjs';
import { HOMESERVER_CASES } from './homeserver-cases.mjs';
import { ALL_KEPT, BY_CPU, BY_WALL, GETS, HEAP, LISTING, MANY, START, STARTS } from './probes.mjs';

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
  { text: 'heap of a finished session, kB an endpoint', case: HEAP.name, subject: SUBJECT, atMost: 1.3 },
  ...PACKET_CASES.map(({ name }) => ({
    text: `${name}, speed of ${PEER_PACKETS}`,
    case: name,
    subject: OUR_PACKETS,
    peer: PEER_PACKETS,
    atLeast: 2,
  })),
  {
    text: `verification of ${PACKET}, time of ${VERIFICATION}`,
    case: 'packet verify',
    subject: PACKET,
    peer: VERIFICATION,
    atMost: 1.25,
  },
  // One verification, and what is parsed, hashed and made beside it, which is not little where OpenSSL verifies.
  ...[UNSIGNED_RECORD, SIGNED_RECORD].map((subject) => ({
    text: `verification of ${subject}, time of ${VERIFICATION}`,
    case: 'packet verify',
    subject,
    peer: VERIFICATION,
    atMost: 1.75,
  })),
  {
    text: `cached discovery, time of ${VERIFICATION}`,
    case: 'cached discovery',
    subject: CACHED_FIND,
    peer: VERIFICATION,
    atMost: 0.1,
  },
  ...HOMESERVER_CASES.map(({ name }) => ({
    text: `${name} through ours, time of the bare SDK`,
    case: name,
    subject: OVER_SDK.name,
    peer: BARE.name,
    atMost: 1.15,
  })),
  ...Object.keys(STARTS).map((subject) => ({
    text: `${subject}, ms`,
    case: START.name,
    subject,
    atMost: 300,
  })),
  ...[BY_WALL, BY_CPU].map((subject) => ({
    text: `gets of the testnet a second, ${subject}`,
    case: GETS.name,
    subject,
    atLeast: 1000,
  })),
  { text: `heap of listing ${MANY}, of ${ALL_KEPT}`, case: LISTING.name, subject: MANY, atMost: 0.5 },
];

/**
 * @param {Pick<Target, 'atLeast' | 'atMost'>} target
 * @param {number} value
 */
export function isMet({ atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }, value) {
  return value >= atLeast && value <= atMost;
}
