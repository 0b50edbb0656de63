import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../tooling/scripts/ensure-built.mjs';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const run = promisify(execFile);

const PATTERNS = ['IK', 'IK-raw', 'N', 'NN', 'XX'];

const paykit = (args: readonly string[], temporary = tmpdir()) =>
  run(process.execPath, [MAIN, ...args], { env: { ...process.env, TMPDIR: temporary } });

describe('paykit', () => {
  beforeAll(async () => expect(await ensureBuilt()).toBe(0), 300_000);

  it('demo shows every pattern between two processes, step by step, and keeps what it stored [F1]', async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'paykit-demo-test-'));
    const { stdout } = await paykit(['demo', '--pattern', 'all', '--amount', '21', '--keep'], temporary);
    expect(stdout.match(/^Pattern .*?\./gm)).toEqual(PATTERNS.map((name) => `Pattern ${name}.`));
    expect(stdout.match(/payee listens on 127\.0\.0\.1:\d+ +[\d.]+ ms$/gm)).toHaveLength(5);
    expect(stdout).toMatch(/payer finished the IK handshake, session [0-9a-f]{12}…/);
    expect(stdout).toMatch(/payee checked the request, stored the receipt and confirmed it/);
    expect(stdout.match(/^ {2}amount +21$/gm)).toHaveLength(5);
    expect(stdout.match(/^Paid in [\d.]+ s\.$/gm)).toHaveLength(4);
    expect(stdout.match(/^Sent, and nothing paid, in [\d.]+ s\.$/gm)).toHaveLength(1);
    expect(stdout).toContain('Nobody has to have sent this request');
    expect(stdout).toContain('It is no payment');

    const [folder = ''] = await readdir(temporary);
    expect(stdout).toContain(`Stored: ${join(temporary, folder)}\n`);
    const stored = await readdir(join(temporary, folder), { recursive: true });
    expect(stored.filter((name) => name.endsWith('.json'))).toHaveLength(9);
    expect(await readdir(join(temporary, folder, 'n', 'payee'))).toEqual(['one-way-requests']);
    await rm(temporary, { recursive: true });
  });

  it('shows help for itself and for the demo', async () => {
    expect((await paykit(['--help'])).stdout).toContain('paykit COMMAND');
    expect((await paykit(['demo', '--help'])).stdout).toContain('--amount');
  });

  it.each([[['nonsense']], [['demo', '--pattern', 'kk']]])(
    'answers wrong usage %j with status 2 and without a stack',
    async (args) => {
      await expect(paykit(args)).rejects.toMatchObject({
        code: 2,
        stderr: expect.not.stringContaining('    at '),
      });
    },
  );

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'demo cleans up after %s, leaving no folder and no process [T6]',
    async (signal) => {
      const temporary = await mkdtemp(join(tmpdir(), 'paykit-demo-test-'));
      const child = spawn(process.execPath, [MAIN, 'demo'], { env: { ...process.env, TMPDIR: temporary } });
      const participants = new Promise<void>((resolve, reject) => {
        child.once('close', () => reject(new Error('the demo has ended too early')));
        child.stdout.on('data', (chunk) => {
          // The payee is up and waits for its payer.
          if (String(chunk).includes('listens')) resolve();
        });
      });
      await participants;
      child.kill(signal);
      const status = await new Promise((resolve) => child.once('close', resolve));
      expect(status).toBe({ SIGINT: 130, SIGTERM: 143 }[signal]);
      expect(await readdir(temporary)).toEqual([]);
      await rm(temporary, { recursive: true });
    },
  );
});
