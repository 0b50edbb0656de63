import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
/** Inside the package, so that what is left out of a bundle is found from there; never published or committed. */
const CACHE = join(PACKAGE, 'node_modules', '.cache');

interface Bundler {
  build(options: object): Promise<unknown>;
}

/** The bundler of the platform checks: Node 20 cannot run the sources as they are. */
function bundler(): Bundler {
  const room = join(PACKAGE, '..', '..', 'tooling', 'platforms', 'package.json');
  return createRequire(room)('esbuild') as Bundler;
}

/** Makes a program of `programs/` of the sources as they are now, for this test only, and returns its path. */
export async function buildProgram(name: string): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const outfile = join(CACHE, `${name}.${randomUUID()}.mjs`);
  onTestFinished(() => rmSync(outfile, { force: true }));
  await bundler().build({
    entryPoints: [join(PACKAGE, 'test', 'level', 'programs', `${name}.ts`)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@pubky-paykit/source'],
    external: ['classic-level'],
    logLevel: 'silent',
  });
  return outfile;
}

/** A program that runs. */
export interface Child {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  /** Everything it has said so far, line by line; an unfinished line is not in it. */
  lines(): readonly string[];
  /** Resolves when it has said so many lines, or is over. */
  hasSaid(count: number): Promise<void>;
  /** What it said on the standard error, once it is over. */
  readonly over: Promise<{ status: number | null; errors: string }>;
}

/** Runs a program until the test is over at the latest. @param command What stands before `node`. */
export function start(program: string, args: readonly string[], command: readonly string[] = []): Child {
  const [file, ...rest] = [...command, process.execPath, program, ...args] as [string, ...string[]];
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let [said, errors] = ['', ''];
  let waiting: { count: number; resolve(): void }[] = [];
  const lines = (): readonly string[] => said.split('\n').slice(0, -1);
  const wake = (isOver: boolean): void => {
    const count = lines().length;
    for (const each of waiting) if (isOver || count >= each.count) each.resolve();
    waiting = waiting.filter((each) => count < each.count);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    wake(false);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const over = new Promise<{ status: number | null; errors: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      wake(true);
      resolve({ status, errors });
    });
  });
  return {
    process: child,
    lines,
    over,
    hasSaid: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        wake(false);
      }),
  };
}
