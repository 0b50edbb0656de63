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
/** F1: the whole story, after the build. */
const LONGEST_STORY_SECONDS = 30;

const paykit = (args: readonly string[], temporary = tmpdir()) =>
  run(process.execPath, [MAIN, ...args], { env: { ...process.env, TMPDIR: temporary } });

describe('paykit', () => {
  beforeAll(async () => expect(await ensureBuilt()).toBe(0), 300_000);

  it('demo tells the whole story between processes, step by step, and keeps what it stored [F1] [S3.2]', async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'paykit-demo-test-'));
    const { stdout, stderr } = await paykit(['demo', '--amount', '21', '--keep'], temporary);
    expect(stderr).toBe('');
    expect(stdout.match(/^\d+\. (.*)$/gm)?.slice(0, 11)).toEqual([
      '1. A network comes up',
      '2. Two people make themselves findable',
      '3. They discover each other',
      ...PATTERNS.map((name, index) => `${index + 4}. Alice pays Bob: pattern ${name}`),
      '9. A key is rotated',
      '10. An impostor is refused',
      '11. A key is revoked, for good',
    ]);
    const steps = stdout.match(/^ {0,2}\d+ {2}(Network|Alice|Bob|Mallory|Thief) .* [\d.]+ ms$/gm) ?? [];
    expect(steps.length).toBeGreaterThan(80);
    expect(stdout).not.toContain('\u001b');
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
    const [, seconds] = stdout.match(/^The whole story, told in ([\d.]+) s\.$/m) ?? [];
    expect(Number(seconds)).toBeLessThan(LONGEST_STORY_SECONDS);

    const [folder = ''] = await readdir(temporary);
    expect(stdout).toContain(`Stored: ${join(temporary, folder)}\n`);
    const stored = await readdir(join(temporary, folder), { recursive: true });
    expect(stored.filter((name) => name.endsWith('.json'))).toHaveLength(13);
    expect((await readdir(join(temporary, folder, 'bob'))).sort()).toEqual(['one-way-requests', 'receipts']);
    await rm(temporary, { recursive: true });
  });

  it('demo --pattern tells the part of one pattern, discovery included, and leaves nothing behind [F1]', async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'paykit-demo-test-'));
    const { stdout } = await paykit(['demo', '--pattern', 'nn'], temporary);
    expect(stdout).toContain('4. Alice pays Bob: pattern NN\n');
    expect(stdout).not.toContain('5. ');
    expect(stdout).toMatch(/^Told in [\d.]+ s\.$/m);
    expect(await readdir(temporary)).toEqual([]);
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
      const told = { out: '', error: '' };
      child.stderr.on('data', (chunk) => {
        told.error += String(chunk);
      });
      await new Promise<void>((resolve, reject) => {
        child.once('close', () => reject(new Error('the demo has ended too early')));
        child.stdout.on('data', (chunk) => {
          told.out += String(chunk);
          // The network is up, both processes have played, and the payee waits for its payer.
          if (told.out.includes('listens')) resolve();
        });
      });
      child.kill(signal);
      const status = await new Promise((resolve) => child.once('close', resolve));
      expect(status).toBe({ SIGINT: 130, SIGTERM: 143 }[signal]);
      expect(told.error).toBe('');
      expect(await readdir(temporary)).toEqual([]);
      await rm(temporary, { recursive: true });
    },
  );
});
