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

const paykit = (...args: string[]) => run(process.execPath, [MAIN, ...args]);

describe('paykit', () => {
  beforeAll(async () => expect(await ensureBuilt()).toBe(0), 300_000);

  it('demo pays between two processes and shows every step [F1]', async () => {
    const { stdout } = await paykit('demo', '--amount', '21');
    expect(stdout).toMatch(/payee listens on 127\.0\.0\.1:\d+ +[\d.]+ ms/);
    expect(stdout).toMatch(/payer finished the IK handshake, session [0-9a-f]{12}…/);
    expect(stdout).toMatch(/payee checked the request, stored the receipt and confirmed it/);
    expect(stdout).toMatch(/amount +21\n/);
    expect(stdout).toMatch(/Paid in [\d.]+ s\./);
  });

  it('shows help for itself and for the demo', async () => {
    expect((await paykit('--help')).stdout).toContain('paykit COMMAND');
    expect((await paykit('demo', '--help')).stdout).toContain('--amount');
  });

  it.each([
    [['nonsense']],
    [['demo', '--amount', '-1']],
    [['demo', '--currency=']],
    [['demo', '--method', 'x'.repeat(65)]],
    [['demo', '--nonsense']],
  ])('answers wrong usage %j with status 2 and without a stack', async (args) => {
    await expect(paykit(...args)).rejects.toMatchObject({
      code: 2,
      stderr: expect.not.stringContaining('    at '),
    });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'demo cleans up after %s, leaving no folder and no process [T6]',
    async (signal) => {
      const temporary = await mkdtemp(join(tmpdir(), 'paykit-demo-test-'));
      const child = spawn(process.execPath, [MAIN, 'demo'], { env: { ...process.env, TMPDIR: temporary } });
      const participants = new Promise<void>((resolve) => {
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
