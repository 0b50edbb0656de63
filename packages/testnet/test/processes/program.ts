import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The program as it is installed. */
export const BIN: string = fileURLToPath(new URL('../../bin/pubky-paykit-testnet.js', import.meta.url));

/** A network in a process of its own. */
export interface Life {
  readonly child: ChildProcess;
  /** Of the homeserver. */
  readonly url: string;
}

/**
 * Starts the program and waits until it serves.
 *
 * @param command runs it under another program, such as a shell with limits.
 * @throws Error if it ends before.
 */
export async function live(
  args: readonly string[],
  command?: (line: readonly string[]) => readonly string[],
): Promise<Life> {
  const line = [process.execPath, BIN, '--json', ...args];
  const [file = '', ...rest] = command?.(line) ?? line;
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const failed = once(child, 'exit').then(([status]) => {
    throw new Error(`it does not start: status ${status}`);
  });
  // It ends in every test, when nobody waits any more.
  failed.catch(() => {});
  const [ready] = await Promise.race([once(lines, 'line'), failed]);
  return { child, url: JSON.parse(String(ready)).homeserver.url };
}
