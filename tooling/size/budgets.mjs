/**
 * What one way of importing may weigh.
 *
 * @typedef {object} Budget
 * @property {string} name
 * @property {string} code the module a bundler is given
 * @property {number} limitBytes gzipped, inclusive
 * @property {readonly string[]} [without] packages an app has anyway, left out of the weight
 * @property {readonly string[]} [lacks] ends of file names that must not be in the bundle at all
 */

/** What an app has anyway. */
const BESIDE = ['@noble/*', '@scure/*', '@pubky-paykit/primitives*'];

/** The file of each profile, without which it is not in a bundle, and the step that it alone brings along. */
const PROFILE_FILES = {
  IK: ['profiles/ik.js', 'identity-payload.js'],
  IK_RAW: ['profiles/ik-raw.js'],
  N: ['profiles/n.js'],
  NN: ['profiles/nn.js', 'attestation.js', 'attestation-message.js'],
  XX: ['profiles/xx.js'],
};

/**
 * What one profile adds to noble and the Noise core, with the driver: and nothing of the other profiles.
 *
 * @param {keyof typeof PROFILE_FILES} profile
 * @param {number} limitBytes
 * @returns {Budget}
 */
function profileBudget(profile, limitBytes) {
  const others = Object.entries(PROFILE_FILES).filter(([name]) => name !== profile);
  return {
    name: `patterns: ${profile} with its driver, next to noble and noise-core`,
    code: `export { createProfileHandshake, ${profile} } from '@pubky-paykit/patterns';`,
    without: ['@noble/*', '@scure/*', '@pubky-paykit/primitives', '@pubky-paykit/noise-core*'],
    lacks: others.flatMap(([, files]) => files),
    limitBytes,
  };
}

/**
 * One row per import line people write. Raising a limit needs a changeset line that says why.
 *
 * @type {readonly Budget[]}
 */
export const BUDGETS = [
  {
    name: 'noise-core: XX, X25519, ChaChaPoly, SHA256 on noble',
    code: `
      export { createHandshake, XX } from '@pubky-paykit/noise-core';
      export { x25519 } from '@pubky-paykit/noise-core/x25519';
      export { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
      export { sha256 } from '@pubky-paykit/noise-core/sha256';`,
    limitBytes: 21_000,
  },
  {
    name: 'noise-core: the interpreter alone',
    code: `export { createHandshake } from '@pubky-paykit/noise-core';`,
    limitBytes: 4_000,
  },
  {
    name: 'noise-core: one pattern literal',
    code: `export { XX } from '@pubky-paykit/noise-core';`,
    limitBytes: 300,
  },
  {
    name: 'primitives: everything',
    code: `export * from '@pubky-paykit/primitives';`,
    limitBytes: 5_500,
  },
  {
    name: 'patterns: everything, with its suite on noble',
    code: `export * from '@pubky-paykit/patterns';`,
    limitBytes: 50_000,
  },
  profileBudget('IK', 9_000),
  profileBudget('IK_RAW', 7_000),
  profileBudget('N', 7_000),
  profileBudget('NN', 9_000),
  profileBudget('XX', 7_000),
  {
    name: 'transport: everything portable',
    code: `export * from '@pubky-paykit/transport';`,
    limitBytes: 6_500,
  },
  {
    name: 'paykit-protocol: messages, next to noble and primitives',
    code: `export { decodeMessage, encodeMessage } from '@pubky-paykit/paykit-protocol';`,
    without: BESIDE,
    limitBytes: 5_000,
  },
  {
    name: 'paykit-protocol: everything, next to noble and primitives',
    code: `export * from '@pubky-paykit/paykit-protocol';`,
    without: BESIDE,
    limitBytes: 9_500,
  },
  {
    name: 'pkarr-discovery: packets and a relay, next to noble and primitives',
    code: `export { createRelay, parseSignedPacket, signPacket } from '@pubky-paykit/pkarr-discovery';`,
    without: BESIDE,
    limitBytes: 11_200,
  },
  {
    name: 'pkarr-discovery: homeserver directory over several relays, next to noble and primitives',
    code: `export { createHomeserverDirectory, createRelay, createRelaySet } from '@pubky-paykit/pkarr-discovery';`,
    without: BESIDE,
    limitBytes: 15_800,
  },
  {
    name: 'pkarr-discovery: finding keys, with the cache, next to noble and primitives',
    code: `
      export { createDiscovery, createFileRecordSource, createKeyCache } from '@pubky-paykit/pkarr-discovery';
      export { createKeyFinder, createPacketRecordSource } from '@pubky-paykit/pkarr-discovery';`,
    without: BESIDE,
    limitBytes: 26_500,
  },
  {
    name: 'pkarr-discovery: everything, next to noble and primitives',
    code: `export * from '@pubky-paykit/pkarr-discovery';`,
    without: BESIDE,
    limitBytes: 55_000,
  },
  {
    name: 'homeserver: over fetch, next to noble and primitives',
    code: `export { createFetchHomeserver } from '@pubky-paykit/homeserver/fetch';`,
    without: BESIDE,
    limitBytes: 15_000,
  },
  {
    name: 'session-store: in memory, next to primitives',
    code: `export { createMemoryStore } from '@pubky-paykit/session-store';`,
    without: BESIDE,
    limitBytes: 3_500,
  },
  {
    name: 'pubky-paykit: accounts and files on homeservers',
    code: `export { connectPubky, createIdentitySigner } from 'pubky-paykit';`,
    limitBytes: 62_000,
  },
  {
    name: 'pubky-paykit: what connects and pays',
    code: `
      export { createPaymentIdentity, createProvisionalReceipt } from 'pubky-paykit';
      export { openPaymentChannel, requestReceipt } from 'pubky-paykit';`,
    limitBytes: 47_000,
  },
  {
    name: 'pubky-paykit: everything',
    code: `export * from 'pubky-paykit';`,
    limitBytes: 135_000,
  },
];
