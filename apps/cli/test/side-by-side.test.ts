import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ensureBuilt } from '../../../tooling/scripts/ensure-built.mjs';
import { builtProgram, MAIN } from './built-program.ts';
import { localNetwork, temporaryFolder } from './home/command-run.ts';

const folder = temporaryFolder();
const network = localNetwork();

const { environmentOf, paykit, settle } = builtProgram(folder, network);

/** A `paykit receive` in a process of its own that listens; killed at the end of the test. */
async function receive(name: string, args: readonly string[] = []) {
  const child = spawn(process.execPath, [MAIN, 'receive', '--json', ...args], {
    env: environmentOf(name),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
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

async function keysOf(
  name: string,
): Promise<readonly { readonly noiseKey: string; readonly status: string }[]> {
  return JSON.parse((await paykit(name, ['keys', 'status', '--json'])).stdout).keys;
}

describe('paykit', () => {
  beforeAll(async () => expect(await ensureBuilt()).toBe(0), 300_000);

  it('looks up, pays, and changes its keys from a home in which another process is receiving [F1] [O3]', async () => {
    const [shop, friend] = await Promise.all([settle('shop'), settle('friend')]);
    const shopping = await receive('shop');
    const friendly = await receive('friend', ['--exit-after', '1']);
    const [first] = await keysOf('shop');
    expect(first?.status).toBe('current');
    const { stdout: found } = await paykit('shop', ['discover', friend, '--json']);
    expect(JSON.parse(found)).toMatchObject({ outcome: 'found' });
    const { stdout: paid } = await paykit('shop', ['pay', friend, '--amount', '21', '--json']);
    expect(JSON.parse(paid).receipt).toBeDefined();
    expect(await friendly.ended).toBe(0);
    await paykit('shop', ['keys', 'rotate']);
    expect((await keysOf('shop')).map(({ status }) => status).sort()).toEqual(['current', 'former']);
    await paykit('shop', ['keys', 'revoke', '--yes']);
    expect((await keysOf('shop')).filter(({ status }) => status === 'current')).toHaveLength(1);
    expect(shopping.child.exitCode).toBeNull();
    shopping.child.kill('SIGTERM');
    expect(await shopping.ended).toBe(143);
    const { stdout: after } = await paykit('friend', ['discover', shop, '--json']);
    const current = (await keysOf('shop')).find(({ status }) => status === 'current');
    expect(JSON.parse(after)).toMatchObject({ outcome: 'found', noiseKey: current?.noiseKey });
  }, 120_000);

  it('receives for a home once at a time, also after one was killed [F1]', async () => {
    await settle('shop');
    const one = await receive('shop');
    const second = await paykit('shop', ['receive']).catch((error: { stderr: string }) => error);
    expect(second.stderr).toContain('listens already');
    one.child.kill('SIGKILL');
    await one.ended;
    const next = await receive('shop');
    expect(JSON.parse(next.lines[0] ?? '{}')).toMatchObject({ event: 'listening' });
  }, 120_000);
});
