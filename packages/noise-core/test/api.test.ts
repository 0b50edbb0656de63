import type { ErrorRow } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import * as noble from '../src/backends/noble/index.ts';
import * as node from '../src/backends/node/index.ts';
import * as api from '../src/index.ts';
import * as testing from '../src/testing.ts';

/** Each subpath, the module behind each condition, and its one export. */
const SUITE_SUBPATHS = [
  ['x25519', 'x25519'],
  ['x448', 'x448'],
  ['chacha-poly', 'chachaPoly'],
  ['aes-gcm', 'aesGcm'],
  ['sha256', 'sha256'],
  ['sha512', 'sha512'],
  ['blake2s', 'blake2s'],
  ['blake2b', 'blake2b'],
] as const;

const SUITE_PARTS = ['aesGcm', 'blake2b', 'blake2s', 'chachaPoly', 'sha256', 'sha512', 'x25519', 'x448'];

describe('@pubky-paykit/noise-core', () => {
  it('exports exactly these values', () => {
    expect(Object.keys(api).sort()).toEqual(
      [
        ...Object.keys(api.BASE_PATTERNS),
        'BASE_PATTERNS',
        'CipherState',
        'DatagramTransport',
        'MAX_MESSAGE_BYTES',
        'MAX_PLAINTEXT_BYTES',
        'NOISE_ERRORS',
        'NoiseError',
        'PSK_BYTES',
        'REPLAY_WINDOW_MESSAGES',
        'ReplayWindow',
        'TAG_BYTES',
        'Transport',
        'assertValidPattern',
        'createHandshake',
        'createTransport',
        'factsOf',
        'fallback',
        'findPatternProblem',
        'formatProtocolName',
        'messageOverhead',
        'parseProtocolName',
        'patternOf',
        'withPsk',
      ].sort(),
    );
  });

  it('has exactly these error codes', () => {
    const rows = Object.entries(api.NOISE_ERRORS).map(([code, row]: [string, ErrorRow]) => [
      code,
      row.retryable,
      row.wireCode,
    ]);
    expect(rows).toEqual([
      ['NOISE_DECRYPT_FAILED', false, 3000],
      ['NOISE_WEAK_KEY', false, 7000],
      ['NOISE_MESSAGE_TOO_SHORT', false, 3000],
      ['NOISE_MESSAGE_TOO_LONG', false, 3000],
      ['NOISE_STATE_CONSUMED', false, 3000],
      ['NOISE_OUT_OF_TURN', false, 3000],
      ['NOISE_ONE_WAY', false, 3000],
      ['NOISE_DESTROYED', false, 3000],
      ['NOISE_NONCE_EXHAUSTED', false, 3000],
      ['NOISE_NONCE_DIRECTION', false, undefined],
      ['NOISE_REPLAY', false, 3000],
      ['NOISE_KEY_LENGTH', false, undefined],
      ['NOISE_KEY_MISSING', false, 3000],
      ['NOISE_KEY_UNEXPECTED', false, 3000],
      ['NOISE_KEY_INVALID', false, 7000],
      ['NOISE_PATTERN_INVALID', false, undefined],
      ['NOISE_NAME_INVALID', false, undefined],
    ]);
  });

  it('says in every row what happened and what to do next', () => {
    for (const row of Object.values(api.NOISE_ERRORS)) {
      expect(row.summary).toMatch(/^[a-z{].*[^.]$/);
      expect(row.nextStep).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('has the limits of the specification', () => {
    expect(api.MAX_MESSAGE_BYTES).toBe(65_535);
    expect(api.MAX_PLAINTEXT_BYTES).toBe(65_519);
    expect(api.TAG_BYTES).toBe(16);
    expect(api.PSK_BYTES).toBe(32);
    expect(api.REPLAY_WINDOW_MESSAGES).toBe(1024);
  });
});

describe('@pubky-paykit/noise-core/testing', () => {
  it('exports exactly these values', () => {
    expect(Object.keys(testing).sort()).toEqual([
      'fixedEphemeralsForTestingOnly',
      'parseVectorFile',
      'runVector',
    ]);
  });
});

describe.each([
  ['node', node],
  ['noble', noble],
])('@pubky-paykit/noise-core/%s', (_, backend) => {
  it('exports the eight parts of suites', () => {
    expect(Object.keys(backend).sort()).toEqual(SUITE_PARTS);
  });

  it('names them as protocol names do, with their lengths', () => {
    expect(
      [backend.x25519, backend.x448].map((dh) => [dh.name, dh.publicKeyBytes, dh.secretKeyBytes]),
    ).toEqual([
      ['25519', 32, 32],
      ['448', 56, 56],
    ]);
    expect([backend.chachaPoly.name, backend.aesGcm.name]).toEqual(['ChaChaPoly', 'AESGCM']);
    expect(
      [backend.sha256, backend.sha512, backend.blake2s, backend.blake2b].map((hash) => [
        hash.name,
        hash.hashBytes,
      ]),
    ).toEqual([
      ['SHA256', 32],
      ['SHA512', 64],
      ['BLAKE2s', 32],
      ['BLAKE2b', 64],
    ]);
  });
});

describe.each(SUITE_SUBPATHS)('@pubky-paykit/noise-core/%s', (subpath, name) => {
  it('exports one part, from node:crypto in Node', async () => {
    const module: Record<string, unknown> = await import(`../src/backends/node/${subpath}.ts`);
    expect(Object.keys(module)).toEqual([name]);
    expect(module[name]).toBe(new Map<string, unknown>(Object.entries(node)).get(name));
  });

  it('exports one part, from noble elsewhere', async () => {
    const module: Record<string, unknown> = await import(`../src/backends/noble/${subpath}.ts`);
    expect(Object.keys(module)).toEqual([name]);
    expect(module[name]).toBe(new Map<string, unknown>(Object.entries(noble)).get(name));
  });

  it('is chosen by the conditions of package.json', async () => {
    const { default: manifest } = await import('../package.json', { with: { type: 'json' } });
    const entry = manifest.exports[`./${subpath}`];
    expect(entry['@pubky-paykit/source']).toEqual({
      node: `./src/backends/node/${subpath}.ts`,
      default: `./src/backends/noble/${subpath}.ts`,
    });
    expect(entry.node.default).toBe(`./dist/backends/node/${subpath}.js`);
    expect(entry.default.default).toBe(`./dist/backends/noble/${subpath}.js`);
    expect(Object.keys(entry)).toEqual(['@pubky-paykit/source', 'bun', 'deno', 'node', 'default']);
  });
});
