#!/usr/bin/env node
import process from 'node:process';
import { isCodedError } from 'pubky-paykit';
import { COMMANDS, type Command, helpText, UsageError } from './commands.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Coded errors already say what to do next; anything else is a mistake of ours and shows its stack. */
function describe(error: unknown): { readonly text: string; readonly status: number } {
  if (error instanceof UsageError)
    return { text: `${error.message}\nTry: paykit --help`, status: EXIT_USAGE };
  if (isCodedError(error)) return { text: `${error.code}: ${error.message}`, status: EXIT_FAILED };
  return {
    text: error instanceof Error ? (error.stack ?? error.message) : String(error),
    status: EXIT_FAILED,
  };
}

async function main(args: readonly string[]): Promise<void> {
  const [name = '--help', ...rest] = args;
  if (['--help', '-h', 'help'].includes(name)) {
    process.stdout.write(helpText());
    return;
  }
  const command: Command | undefined = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw new UsageError(`There is no command "${name}".`);
  await command.run(rest);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { text, status } = describe(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = status;
}
