#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { isCodedError } from 'pubky-paykit';
import { CommandFailed, UsageError } from './command-errors.ts';
import { COMMANDS, type Command, helpText } from './commands.ts';
import { Interruption } from './interruption.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

interface Ending {
  readonly text: string;
  readonly status: number;
}

/** Whatever has said what to do next is shown as it is; anything else is a mistake of ours and shows its stack. */
function endingOf(error: unknown): Ending {
  if (error instanceof Interruption) return { text: '', status: error.status };
  if (error instanceof UsageError) {
    const help = ['paykit', error.command, '--help'].filter((word) => word !== undefined).join(' ');
    return {
      text: `${error.message}\nMore: ${help} (from a clone: npm run -s ${help.replace('paykit', 'paykit --')})\n`,
      status: EXIT_USAGE,
    };
  }
  if (error instanceof CommandFailed) return { text: `${error.message}\n`, status: EXIT_FAILED };
  if (isCodedError(error)) return { text: `${error.code}: ${error.message}\n`, status: EXIT_FAILED };
  return { text: `${error instanceof Error ? error.stack : String(error)}\n`, status: EXIT_FAILED };
}

function version(): string {
  const packageFile = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
}

async function main(args: readonly string[]): Promise<void> {
  const [name = '--help', ...rest] = args;
  if (['--help', '-h', 'help'].includes(name)) {
    process.stdout.write(helpText());
    return;
  }
  if (name === '--version') {
    process.stdout.write(`${version()}\n`);
    return;
  }
  const command: Command | undefined = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw new UsageError(`There is no command "${name}".`);
  await command.run(rest);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { text, status } = endingOf(error);
  process.stderr.write(text);
  process.exitCode = status;
}
