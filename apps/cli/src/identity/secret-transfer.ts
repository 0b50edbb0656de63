import { resolve } from 'node:path';
import { wipe } from 'pubky-paykit';
import { CommandFailed, UsageError } from '../command-errors.ts';
import { readSmallFile, writePrivateFile } from '../home/private-files.ts';
import type { Terminal } from '../home/surroundings.ts';

/** Where something secret goes; one of the two was said by name. */
export type Destination = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'output' };
/** Where something secret comes from. */
export type Source = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'input' };

/** Enough for a seed or a session with blanks around. Inclusive. */
const MAXIMUM_BYTES = 1_024;

/** @throws UsageError unless exactly one of `--out` and `--stdout` is given. */
export function readDestination(
  { out, stdout = false }: { readonly out?: string | undefined; readonly stdout?: boolean | undefined },
  command: string,
): Destination {
  if (stdout === (out !== undefined)) {
    throw new UsageError(
      'Something secret goes to --out FILE, or to --stdout if that is really meant.',
      command,
    );
  }
  return out === undefined ? { kind: 'output' } : { kind: 'file', path: resolve(out) };
}

/** @throws UsageError unless exactly one of `--in` and `--stdin` is given. */
export function readSource(
  { in: file, stdin = false }: { readonly in?: string | undefined; readonly stdin?: boolean | undefined },
  command: string,
): Source {
  if (stdin === (file !== undefined)) {
    throw new UsageError(
      'Something secret comes from --in FILE or from --stdin, never as an argument.',
      command,
    );
  }
  return file === undefined ? { kind: 'input' } : { kind: 'file', path: resolve(file) };
}

/** Hands out something secret: a file for its owner only that was not there, or the output. @param content Borrowed. */
export async function handOut(
  destination: Destination,
  content: Uint8Array,
  terminal: Terminal,
): Promise<void> {
  if (destination.kind === 'output') {
    terminal.write(content);
    return;
  }
  if (await writePrivateFile(destination.path, content, { replace: false })) return;
  throw new CommandFailed(
    `The file ${destination.path} is there already, and is not overwritten. Name another one with --out.`,
  );
}

/** Takes something secret in. @returns A fresh buffer, which the caller wipes. */
export async function takeIn(source: Source, terminal: Terminal): Promise<Uint8Array> {
  if (source.kind === 'input') return terminal.readInput(MAXIMUM_BYTES);
  const content = await readSmallFile(source.path, MAXIMUM_BYTES);
  if (content === undefined)
    throw new CommandFailed(`There is no file ${source.path}. Check the path behind --in.`);
  if (content === 'too large')
    throw new CommandFailed(
      `The file ${source.path} is too long for a seed or a session. Check the path behind --in.`,
    );
  return content;
}

/** Runs `work` with something secret, which is wiped afterwards. */
export async function withSecret<Result>(
  secret: Uint8Array,
  work: (secret: Uint8Array) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(secret);
  } finally {
    wipe(secret);
  }
}
