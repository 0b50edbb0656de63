import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../../tooling/scripts/ensure-built.mjs';
import { builtProgram, MAIN } from '../built-program.ts';
import { localNetwork, temporaryFolder } from '../home/command-run.ts';
import { networkOf, publishedText } from './directory.ts';

const folder = temporaryFolder();
const network = localNetwork();

const { environmentOf, paykit, settle } = builtProgram(folder, network);

/** Starts a payee, and waits until it listens. */
async function receive(args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, 'receive', '--json', ...args], {
    env: environmentOf('payee'),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const listening = new Promise<void>((resolve) => {
    reader.on('line', (line) => {
      lines.push(line);
      resolve();
    });
  });
  await Promise.race([listening, ended]);
  return { child, lines, ended };
}

describe('paykit', () => {
  beforeAll(async () => expect(await ensureBuilt()).toBe(0), 300_000);

  it('pays from one process to another, which takes one payment and ends [F1] [F3]', async () => {
    const [payee, payer] = await Promise.all([settle('payee'), settle('payer')]);
    const { lines, ended } = await receive(['--once']);
    const { stdout, stderr } = await paykit('payer', ['pay', payee, '--amount', '1000', '--currency', 'SAT']);
    expect(await ended).toBe(0);
    expect(stdout).toContain('The payee confirmed the receipt, and it is kept:');
    expect(stdout).toContain(`Payer    ${payer}`);
    expect(stderr).toMatch(/^Pattern IK: /m);
    const payment = lines.map((line) => JSON.parse(line)).find(({ event }) => event === 'payment');
    expect(payment?.receipt).toMatchObject({ payer, payee, amount: '1000', currency: 'SAT' });

    const offline = paykit('payer', ['pay', payee, '--amount', '1']);
    await expect(offline).rejects.toMatchObject({ code: 1, stdout: '' });
    await expect(offline).rejects.toMatchObject({ stderr: expect.stringMatching(/^endpoint-missing: /m) });
  }, 60_000);

  it('takes its address back when it is interrupted [T6]', async () => {
    const payee = await settle('payee');
    const { child, lines, ended } = await receive([]);
    expect(await publishedText(networkOf(network), payee)).toMatch(
      /^noise:\/\/127\.0\.0\.1:\d+@[0-9a-f]{64}$/,
    );
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ event: 'closed', withdrawn: true, left: [] });
    expect(await publishedText(networkOf(network), payee)).toBeUndefined();
  }, 60_000);
});
