import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../../tooling/scripts/ensure-built.mjs';
import { takenPort } from '../free-ports.ts';
import { BIN } from './program.ts';

function run(...args: string[]): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess) {
  let [printed, complaint] = ['', ''];
  child.stdout?.on('data', (piece) => {
    printed += piece;
  });
  child.stderr?.on('data', (piece) => {
    complaint += piece;
  });
  const [status] = await once(child, 'close');
  return { status, printed, complaint };
}

describe('pubky-paykit-testnet', () => {
  beforeAll(async () => expect(await ensureBuilt()).toBe(0), 300_000);

  it.each(['SIGINT', 'SIGTERM'] as const)('serves until %s and ends with status 0 [T6]', async (signal) => {
    const child = run('--json');
    const over = ended(child);
    const [line] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    const { relay } = JSON.parse(String(line));
    expect((await fetch(relay.url)).status).toBe(200);
    child.kill(signal);
    expect(await over).toMatchObject({ status: 0, complaint: '' });
  });

  it('shows a mistake in its arguments with a hint, and ends with status 2', async () => {
    const { status, printed, complaint } = await ended(run('--nonsense'));
    expect([status, printed]).toEqual([2, '']);
    expect(complaint).toMatch(/^Unknown option '--nonsense'.*--help.*\n$/);
  });

  it('says which port is taken, without a stack, and ends with status 1', async () => {
    const { port, free } = await takenPort();
    const { status, complaint } = await ended(run('--relay-port', String(port)));
    expect(status).toBe(1);
    expect(complaint).toMatch(new RegExp(`^TESTNET_PORT_TAKEN: port ${port}, wanted for relay, .*\\n$`));
    await free();
  });
});
