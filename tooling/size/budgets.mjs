/**
 * What one way of importing may weigh.
 *
 * @typedef {object} Budget
 * @property {string} name
 * @property {string} code the module a bundler is given
 * @property {number} limitBytes gzipped, inclusive
 * @property {readonly string[]} [without] packages an app has anyway, left out of the weight
 */

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
    limitBytes: 5_000,
  },
  {
    name: 'patterns: everything, with its suite on noble',
    code: `export * from '@pubky-paykit/patterns';`,
    limitBytes: 35_000,
  },
  {
    name: 'transport: everything portable',
    code: `export * from '@pubky-paykit/transport';`,
    limitBytes: 6_500,
  },
  {
    name: 'paykit-protocol: messages, next to noble and primitives',
    code: `export { decodeMessage, encodeMessage } from '@pubky-paykit/paykit-protocol';`,
    without: ['@noble/*', '@scure/*', '@pubky-paykit/primitives'],
    limitBytes: 5_000,
  },
  {
    name: 'paykit-protocol: everything, next to noble and primitives',
    code: `export * from '@pubky-paykit/paykit-protocol';`,
    without: ['@noble/*', '@scure/*', '@pubky-paykit/primitives'],
    limitBytes: 8_500,
  },
  {
    name: 'pubky-paykit: what connects and pays',
    code: `
      export { createPaymentIdentity, createProvisionalReceipt } from 'pubky-paykit';
      export { openPaymentChannel, requestReceipt } from 'pubky-paykit';`,
    limitBytes: 43_000,
  },
  {
    name: 'pubky-paykit: everything',
    code: `export * from 'pubky-paykit';`,
    limitBytes: 46_000,
  },
];
