#!/usr/bin/env node
import process from 'node:process';
import { isCodedError } from 'pubky-paykit';
import { COMMANDS, type Command, helpText, UsageError } from './commands.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

function fail(message: string, status: number): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = status;
}

/** Coded errors already say what to do next; anything else is a mistake of ours and shows its stack. */
function report(error: unknown): void {
  if (error instanceof UsageError) return fail(`${error.message}\nTry: paykit --help`, EXIT_USAGE);
  if (isCodedError(error)) return fail(`${error.code}: ${error.message}`, EXIT_FAILED);
  fail(error instanceof Error ? (error.stack ?? error.message) : String(error), EXIT_FAILED);
}

async function main(args: readonly string[]): Promise<void> {
  const [name = '--help', ...rest] = args;
  if (['--help', '-h', 'help'].includes(name)) return void process.stdout.write(helpText());
  const command: Command | undefined = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw new UsageError(`There is no command "${name}".`);
  await command.run(rest);
}

main(process.argv.slice(2)).catch(report);
