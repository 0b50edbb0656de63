import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './command-errors.ts';
import type { Surroundings } from './home/surroundings.ts';

/** What Node says of arguments, and what is said of them here; anything else as Node has it. */
const MISTAKES: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/^Unknown option '([^']*)'.*$/s, 'Unknown option $1.'],
  [/^Option '(?:-\w, )?(--[\w-]+)[^']*' argument missing$/, '$1 wants a value.'],
  [
    /^Option '(?:-\w, )?(--[\w-]+)[^']*' argument is ambiguous.*$/s,
    '$1 wants a value; one that begins with a dash is written $1=-VALUE.',
  ],
  [/^Option '(?:-\w, )?(--[\w-]+)[^']*' does not take an argument$/, '$1 takes no value.'],
  // Not quoted: it may be a seed.
  [/^Unexpected argument .*$/s, 'There is an argument too many.'],
];

function mistakeOf(message: string): string {
  const [pattern, text] = MISTAKES.find(([each]) => each.test(message)) ?? [];
  return pattern === undefined || text === undefined ? message : message.replace(pattern, text);
}

/** Reads arguments strictly. @param command For what is said about mistakes. @throws UsageError */
export function readArguments<const Config extends ParseArgsConfig>(
  config: Config,
  command: string,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(mistakeOf((error as Error).message), command);
  }
}

/** What there is to say about a word that is no command. @param command The words before it, if there are any. */
export function unknownWord(word: string, command?: string): UsageError {
  const words = command === undefined ? word : `${command} ${word}`;
  const [option = word] = word.split('=');
  const problem = word.startsWith('-')
    ? `Unknown option "${option}"; options come behind the command.`
    : `There is no command "${words}".`;
  return new UsageError(problem, command);
}

/** A command of two words. */
export interface Subcommand {
  readonly name: string;
  /** One line for help. */
  readonly summary: string;
  run(args: readonly string[], surroundings: Surroundings): Promise<void>;
}

function subcommandHelp(command: string, subcommands: readonly Subcommand[]): string {
  const rows = subcommands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}\n`);
  return `Usage: paykit ${command} WORD [options]

${rows.join('')}
paykit ${command} WORD --help tells more about one of them.
`;
}

/** Runs the second word of a command. @throws UsageError if there is no such word, and what the command throws. */
export async function runSubcommand(
  command: string,
  subcommands: readonly Subcommand[],
  [name = '', ...rest]: readonly string[],
  surroundings: Surroundings,
): Promise<void> {
  if (['', '--help', '-h', 'help'].includes(name)) {
    return surroundings.terminal.write(subcommandHelp(command, subcommands));
  }
  const found = subcommands.find((each) => each.name === name);
  if (found === undefined) throw unknownWord(name, command);
  await found.run(rest, surroundings);
}
