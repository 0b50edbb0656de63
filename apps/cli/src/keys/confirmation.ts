import { CommandFailed, UsageError } from '../command-errors.ts';
import type { Terminal } from '../home/surroundings.ts';

/**
 * Makes sure that something is meant.
 *
 * @param yes Whether `--yes` was given. @throws UsageError if nobody can be asked. @throws CommandFailed if it is not meant.
 */
export async function requireConfirmation(
  question: string,
  {
    yes,
    terminal,
    command,
  }: { readonly yes: boolean; readonly terminal: Terminal; readonly command: string },
): Promise<void> {
  if (yes) return;
  if (terminal.dialog === undefined) {
    throw new UsageError(`${question} Nobody can be asked here: say --yes if it is meant.`, command);
  }
  if (!(await terminal.dialog.confirm(question))) throw new CommandFailed('Nothing was done.');
}
