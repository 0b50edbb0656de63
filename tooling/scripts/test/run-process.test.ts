import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../workspace.mjs';

const RUN_PROCESS = pathToFileURL(`${REPOSITORY_ROOT}/tooling/scripts/run-process.mjs`).href;

/** Says its number, then waits for a signal, and ends with `status`; without one it dies of the signal. */
const child = (status?: number) => `
  const end = (signal) => { console.log(signal); process.exit(${status}); };
  if (${status !== undefined}) for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);
  setInterval(() => {}, 1e9);
  console.log(process.pid);
`;

/** A runner of that child, and of another one behind it, as a task is that has two steps. */
const runner = (status?: number) => `
  import { runProcess } from ${JSON.stringify(RUN_PROCESS)};
  const first = await runProcess(process.execPath, ['-e', ${JSON.stringify(child(status))}], { cwd: '.' });
  await runProcess(process.execPath, ['-e', 'console.log("the second step")'], { cwd: '.' });
  process.exitCode = first.code;
`;

const NODE = ['--input-type=module', '-e'];

/** What it prints from now on; it ends when nobody is left who could print, so that no orphan goes unnoticed. */
async function startedUp(process: ChildProcess): Promise<{ pid: number; rest: Promise<string[]> }> {
  const lines = createInterface({ input: process.stdout! });
  const printed: string[] = [];
  const [pid] = await once(lines, 'line');
  lines.on('line', (line) => printed.push(line));
  return { pid: Number(pid), rest: once(lines, 'close').then(() => printed) };
}

/** Whether a process of that number is there. */
const isThere = (pid: number): boolean => spawnSync('kill', ['-0', `${pid}`]).status === 0;

describe('runProcess', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'hands %s on to what it runs, ends with its status, and starts nothing more [Q1]',
    async (signal) => {
      const running = spawn(process.execPath, [...NODE, runner(7)], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = once(running, 'exit');
      const { pid, rest } = await startedUp(running);
      running.kill(signal);
      expect(await ended).toEqual([7, null]);
      expect(await rest).toEqual([signal]);
      expect(isThere(pid)).toBe(false);
    },
  );

  it('has the status of shells for a child that a signal has ended', async () => {
    const running = spawn(process.execPath, [...NODE, runner()], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(running, 'exit');
    const { pid } = await startedUp(running);
    process.kill(pid, 'SIGTERM');
    expect(await ended).toEqual([143, null]);
  });

  it('ends what it runs when the shell that npm has started it with is ended [Q1]', async () => {
    // The second command keeps every shell from making way for the first one.
    const shell = spawn('sh', ['-c', '"$@"; true', 'sh', process.execPath, ...NODE, runner(7)], {
      env: { ...process.env, npm_lifecycle_event: 'paykit' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { pid, rest } = await startedUp(shell);
    shell.kill('SIGTERM');
    expect(await rest).toEqual(['SIGTERM']);
    expect(isThere(pid)).toBe(false);
  });
});
