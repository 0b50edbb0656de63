import type { Clock, Fetch, systemRandom } from 'pubky-paykit';
import type { ScryptCost } from './scrypt-cost.ts';

/** Somebody who sits at the terminal. */
export interface Dialog {
  /** Asks for yes or no; whatever is not a yes is a no. */
  confirm(question: string): Promise<boolean>;
  /** Asks for something that is not shown while it is typed. @returns A fresh buffer, which the caller wipes. */
  askHidden(question: string): Promise<Uint8Array>;
}

/** What a command reads and writes. */
export interface Terminal {
  /** To the standard output: results, for people or programs. */
  write(text: string | Uint8Array): void;
  /** To the standard error: progress, warnings, questions. */
  tell(text: string): void;
  /** The standard input to its end. @throws CommandFailed if it is longer. @returns A fresh buffer. */
  readInput(maximumBytes: number): Promise<Uint8Array>;
  /** Nothing where nobody can answer: in a script, in a pipe. */
  readonly dialog: Dialog | undefined;
}

/** Everything around a command that is not its arguments; tests hand in their own. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: typeof systemRandom;
  /** The platform's if left out. */
  readonly fetch?: Fetch | undefined;
  /** What new keys of homes cost; `HOME_KEY_COST` if left out. */
  readonly scryptCost?: ScryptCost | undefined;
}
