#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { unknownWord } from './arguments.ts';
import { COMMANDS, type Command, helpText } from './commands.ts';
import { endingOf } from './ending.ts';

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
  if (command === undefined) throw unknownWord(name);
  await command.run(rest);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { text, status } = endingOf(error);
  process.stderr.write(text);
  process.exitCode = status;
}
