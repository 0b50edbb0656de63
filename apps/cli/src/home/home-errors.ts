import { isCodedError } from 'pubky-paykit';
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
  'no seed':
    'The home {folder} holds a public identity only, and this cannot be signed elsewhere: it needs the seed. Run it in the home that has the seed; --home names another one.',
  'too costly':
    'The file {file} asks for more memory or time than a passphrase may cost. It was not written by this program.',
  'folder refused':
    'The system refuses the folder {folder}. Name another one with --home or PAYKIT_HOME, or see to its permissions.',
  locked:
    'Another program keeps the store in {folder} to itself, such as a paykit that was stopped, or one of an older version. End it, then try again; --home names another folder.',
  'store unusable':
    'The store in {folder} cannot be opened. See that this user may read and write it, and that the disk is sound and has room. If it is damaged, restore a backup of the home. Without one move that folder away and run `paykit keys publish`, which goes on from the seed and from what is published; what was seen of others is forgotten then, so that a key of theirs that was replaced or revoked may be taken again.',
  'claim unusable':
    'The folder {folder} cannot be opened. See that this user may read and write it. It holds nothing: if it is damaged, delete it, then try again.',
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
   * @param code Of the error behind it, which the message ends with.
   */
  constructor(problem: HomeProblem, place: string, given = '', code?: string) {
    const text = withGiven(HOME_PROBLEMS[problem], given).replace(/\{(folder|file)\}/, () => place);
    super(code === undefined ? text : `${text} (${code})`);
    this.problem = problem;
  }
}

/** What opening a store throws where something is wrong with its folder. */
const UNUSABLE = ['STORE_IO_FAILED', 'STORE_CORRUPTED'];

/** For people, what is wrong with a folder of the home that a store is in; anything else as it is. @param place The folder. */
export function asUnusable(
  error: unknown,
  problem: Extract<HomeProblem, 'store unusable' | 'claim unusable'>,
  place: string,
  given = '',
): unknown {
  if (!isCodedError(error) || !UNUSABLE.includes(error.code)) return error;
  const { reason } = error.context as { readonly reason?: string };
  return new HomeFailed(
    problem,
    place,
    given,
    [error.code, reason].filter((word) => word !== undefined).join(', '),
  );
}
