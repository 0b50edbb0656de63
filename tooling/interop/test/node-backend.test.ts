import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/ensure-built.mjs';

/** Garbage collection at every turn: what made the deadlock happen within seconds instead of weeks. */
const FLAGS = ['--gc-global', '--max-semi-space-size=1'];
const PAIRS = 50_000;
const SCRIPT = `
  import { x25519 } from '@pubky-paykit/noise-core/x25519';
  const peer = x25519.importPublicKey(x25519.generateKeyPair().publicKey);
  for (let i = 0; i < ${PAIRS}; i++) {
    const pair = x25519.generateKeyPair();
    if (i % 4 === 0) x25519.dh(pair, peer);
    if (i % 1000 === 0) x25519.importKeyPair(new Uint8Array(32).fill(1 + (i % 200)));
  }
`;

describe('the Node backend', () => {
  beforeAll(() => ensureBuilt(), 300_000);

  it(`makes ${PAIRS} key pairs under constant garbage collection without hanging`, () => {
    const { status, signal, stderr } = spawnSync(
      process.execPath,
      [...FLAGS, '--input-type=module', '--eval', SCRIPT],
      { cwd: fileURLToPath(new URL('..', import.meta.url)), timeout: 100_000, encoding: 'utf8' },
    );
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  }, 120_000);
});
