import { CommandFailed } from '../command-errors.ts';
import { withGiven } from './next-command.ts';

/** What is wrong with the files of a home. */
const HOME_PROBLEMS = {
  'no identity':
    'There is no identity in {folder}. Make one with `paykit identity create`, or bring one with `paykit identity import`.',
  'identity exists':
    'There is an identity in {folder} already, and it is never overwritten. Name another folder with --home, or move that one away.',
  damaged:
    'The file {file} is damaged, or was not written by this program. Restore a backup of it; the passphrase does not matter here.',
  'newer version': 'The file {file} was written by a newer version of this program. Upgrade paykit.',
  'wrong passphrase':
    'That is not the passphrase of {file}. Try again; if it was lost, only an exported seed helps.',
  'passphrase missing':
    'The home {folder} is protected by a passphrase. Set PAYKIT_PASSPHRASE, name a file with --passphrase-file, or run this on a terminal.',
  'no secret':
    'The home {folder} holds a public identity only. Do this where the seed is; `paykit keys prepare` has it signed there.',
  'too costly':
    'The file {file} asks for more memory or time than a passphrase may cost. It was not written by this program.',
  'folder refused':
    'The system refuses the folder {folder}. Name another one with --home or PAYKIT_HOME, or see to its permissions.',
  locked:
    'Another program keeps the store in {folder} to itself, such as a paykit that was stopped, or one of an older version. End it, then try again; --home names another folder.',
  receiving:
    'A `paykit receive` of the home {folder} listens already. End that one first, or name another home with --home: each publishes an address of its own, and payers would find one of them only.',
} as const;

/** A kind of problem with a home. */
export type HomeProblem = keyof typeof HOME_PROBLEMS;

/** A home cannot be used as it is; the message says what to do. */
export class HomeFailed extends CommandFailed {
  readonly problem: HomeProblem;

  /**
   * @param place The folder or file it is about.
   * @param given What was given on the command line and the command to go on with needs, too; empty if nothing was.
   */
  constructor(problem: HomeProblem, place: string, given = '') {
    super(withGiven(HOME_PROBLEMS[problem], given).replace(/\{(folder|file)\}/, () => place));
    this.problem = problem;
  }
}
