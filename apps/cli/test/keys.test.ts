import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../tooling/scripts/ensure-built.mjs';
import { localNetwork, temporaryFolder } from './home/command-run.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = temporaryFolder();
const network = localNetwork();

interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly told: string;
}

function start(name: string, args: readonly string[]): ChildProcess {
  const { PATH = '' } = process.env;
  const home = { PAYKIT_HOME: folder.inside(name), PAYKIT_PASSPHRASE: 'correct horse' };
  return spawn(process.execPath, [MAIN, ...args], { env: { PATH, ...network.environment, ...home } });
}

function ending(child: ChildProcess): Promise<Ended> {
  const said = { output: '', told: '' };
  child.stdout?.on('data', (chunk) => {
    said.output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    said.told += chunk;
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, ...said })));
}

async function paykit(name: string, args: readonly string[], input = ''): Promise<Ended> {
  const child = start(name, args);
  child.stdin?.end(input);
  return ending(child);
}

describe('paykit identity, keys, publish and discover', () => {
  beforeAll(async () => expect(await ensureBuilt()).toBe(0), 300_000);

  it('create, publish and discover in processes of their own, with their exit statuses [F1]', async () => {
    const created = await paykit('alice', ['identity', 'create', '--sign-up']);
    expect(created).toMatchObject({ status: 0 });
    const identity = (await paykit('alice', ['identity', 'export', '--public'])).output.trim();

    const absent = await paykit('bob', ['discover', identity]);
    expect(absent.status).toBe(1);
    expect(absent.told).toMatch(/^absent: /);
    expect(absent.told).not.toContain('    at ');

    expect(await paykit('alice', ['publish'])).toMatchObject({ status: 0 });
    const found = await paykit('bob', ['discover', identity, '--json']);
    expect(found.status).toBe(0);
    expect(JSON.parse(found.output)).toMatchObject({ outcome: 'found', identity, state: 'verified' });
    expect((await paykit('alice', ['keys', 'status'])).output).toContain('nothing waits');
  });

  it('import a seed from the input, and hand it out again', async () => {
    const seed = '5a'.repeat(32);
    expect(
      (await paykit('carol', ['identity', 'import', '--stdin', '--no-passphrase'], `${seed}\n`)).status,
    ).toBe(0);
    const { output, told } = await paykit('carol', ['identity', 'export', '--stdout', '--format', 'hex']);
    expect(output).toBe(`${seed}\n`);
    expect(told).not.toContain(seed);
  });

  it.each([[['keys', 'nonsense']], [['keys', 'revoke']]])(
    'answer wrong usage %j with status 2 and without a stack',
    async (args) => {
      const { status, told } = await paykit('alice', args);
      expect(status).toBe(2);
      expect(told).toContain('--help');
      expect(told).not.toContain('    at ');
    },
  );

  it('clean up after an interruption: the home can be used again [T6]', async () => {
    await paykit('alice', ['identity', 'create', '--sign-up', '--no-passphrase']);
    const asked = new Promise<void>((resolve) => {
      const only = (): boolean => {
        resolve();
        return true;
      };
      network.testnet.faults.homeserver.set({ hang: true }, { only });
    });
    const child = start('alice', ['keys', 'publish']);
    const over = ending(child);
    await asked;
    child.kill('SIGINT');
    expect(await over).toMatchObject({ status: 130 });
    network.testnet.faults.homeserver.clear();
    expect((await paykit('alice', ['keys', 'publish'])).status).toBe(0);
  });
});
