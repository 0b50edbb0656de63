import { blake2s } from '@pubky-paykit/noise-core/blake2s';
import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
import { fixedEphemeralsForTestingOnly } from '@pubky-paykit/noise-core/testing';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import {
  acceptPaymentChannel,
  createMemoryPinStore,
  IK,
  IK_RAW,
  N,
  NN,
  offerPatterns,
  openPaymentChannel,
  XX,
} from 'pubky-paykit';

/** @typedef {import('./arguments.mjs').PeerOptions} PeerOptions */
/** @typedef {import('pubky-paykit').Profile} Profile */
/** @typedef {import('pubky-paykit').OpenPaymentChannelOptions<Profile>} OpenOptions */
/** @typedef {import('pubky-paykit').OfferPatternsOptions<readonly Profile[]>} OfferOptions */

/**
 * How the command line reads for one pattern. A key that was not given leaves its rule out.
 *
 * @typedef {object} PatternRules
 * @property {Profile} profile
 * @property {(options: PeerOptions) => OpenOptions} initiator
 * @property {(options: PeerOptions) => OfferOptions} responder
 */

/** @param {Uint8Array | undefined} wanted @param {Uint8Array | undefined} key Public keys, so any comparison will do. */
const fits = (wanted, key) =>
  wanted === undefined || (key !== undefined && Buffer.compare(wanted, key) === 0);

/** @param {Uint8Array | undefined} key */
const only = (key) => key && [key];

/** @type {Readonly<Record<import('./pattern-sides.mjs').PatternName, PatternRules>>} */
const RULES = {
  ik: {
    profile: IK,
    initiator: ({ peerStatic, extension }) => ({ remoteStatic: peerStatic, padIdentity: extension }),
    responder: ({ peerStatic, peerIdentity }) => ({
      allowIdentity: ({ publicKey, noiseKey }) => fits(peerIdentity, publicKey) && fits(peerStatic, noiseKey),
    }),
  },
  'ik-raw': {
    profile: IK_RAW,
    initiator: ({ peerStatic }) => ({ remoteStatic: peerStatic }),
    responder: ({ peerStatic }) => ({ allowStatic: only(peerStatic) }),
  },
  n: {
    profile: N,
    initiator: ({ peerStatic }) => ({ remoteStatic: peerStatic }),
    responder: () => ({}),
  },
  nn: {
    profile: NN,
    initiator: ({ peerIdentity }) => ({ expectedIdentity: peerIdentity }),
    responder: ({ peerIdentity }) => ({ allowIdentity: only(peerIdentity) }),
  },
  xx: {
    profile: XX,
    initiator: ({ peerStatic, host, port }) => ({
      trust:
        peerStatic === undefined
          ? { trustOnFirstUse: createMemoryPinStore(), peer: `${host}:${port}` }
          : { expectedStatic: peerStatic },
    }),
    responder: ({ peerStatic }) => ({ allowStatic: only(peerStatic) ?? 'anyone' }),
  },
};

/** The suite with the ephemeral of `--ephemeral`, or nothing. @param {PeerOptions} options */
function suiteOf({ ephemeral }) {
  if (ephemeral === undefined) return {};
  const dh = fixedEphemeralsForTestingOnly(x25519, ephemeral);
  return { suite: { dh, cipher: chachaPoly, hash: blake2s } };
}

/**
 * Takes the handshake of one side to its end.
 *
 * @param {import('pubky-paykit').ByteStream} stream Taken.
 * @param {import('pubky-paykit').PaymentIdentity} identity Borrowed.
 * @param {PeerOptions} options
 * @returns {Promise<import('pubky-paykit').PaymentChannelOf<import('pubky-paykit').AnySession>>}
 */
export async function openOrAccept(stream, identity, options) {
  const { patternByte } = options;
  const { profile, ...rules } = RULES[options.pattern];
  const suite = suiteOf(options);
  if (options.role === 'initiator') {
    const wanted = rules.initiator(options);
    return openPaymentChannel(stream, identity, { ...wanted, ...suite, profile, patternByte });
  }
  const offer = offerPatterns(identity, { ...rules.responder(options), ...suite, profiles: [profile] });
  // Without the byte there is nothing to choose by: both sides have agreed on the pattern (P8 §3.2).
  const chosen = patternByte ? offer : () => offer(profile.byte);
  return acceptPaymentChannel(stream, chosen, { patternByte });
}
