import process from 'node:process';
import { systemClock, systemRandom, wipe } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import { cancellable } from '../interruption.ts';
import type { Surroundings, Terminal } from './surroundings.ts';
import { openDialog } from './terminal-dialog.ts';

async function readInput(maximumBytes: number): Promise<Uint8Array> {
  const input = new Uint8Array(maximumBytes);
  let length = 0;
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      if (length + chunk.length > maximumBytes) {
        throw new CommandFailed(`The standard input is longer than ${maximumBytes} bytes.`);
      }
      input.set(chunk, length);
      length += chunk.length;
      wipe(chunk);
    }
    return input.slice(0, length);
  } finally {
    wipe(input);
  }
}

function systemTerminal(signal: AbortSignal): Terminal {
  return {
    write: (text) => void process.stdout.write(text),
    tell: (text) => void process.stderr.write(text),
    readInput,
    dialog: openDialog(signal),
  };
}

/**
 * Runs a command in this process: its streams, its environment, and an end with a clean-up when it is interrupted.
 *
 * @throws Interruption, and what the work throws.
 */
export function inThisProcess<Result>(
  work: (surroundings: Surroundings) => Promise<Result>,
): Promise<Result> {
  return cancellable((signal) =>
    work({
      environment: process.env,
      terminal: systemTerminal(signal),
      signal,
      clock: systemClock,
      random: systemRandom,
    }),
  );
}
