import { Secret, wipe } from 'pubky-paykit';
import { CommandFailed, UsageError } from '../command-errors.ts';
import { readSmallFile } from './private-files.ts';
import type { Surroundings } from './surroundings.ts';

/** Where a passphrase comes from if it is not asked for. */
export interface PassphraseSource {
  /** `--passphrase-file`. */
  readonly file: string | undefined;
  /** `--no-passphrase`: new files are not encrypted. */
  readonly none: boolean;
}

/** Inclusive. */
const LONGEST_BYTES = 1_024;
/** Characters of a new one; homes that are there open with theirs, however short. */
const SHORTEST_CHARACTERS = 8;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** What an editor puts behind the line is no part of it. @param bytes Taken. */
function lineOf(bytes: Uint8Array): Secret {
  let { length } = bytes;
  if (bytes[length - 1] === NEWLINE) length -= 1;
  if (bytes[length - 1] === RETURN) length -= 1;
  try {
    return Secret.copyOf(bytes.subarray(0, length));
  } finally {
    wipe(bytes);
  }
}

function checked(passphrase: Secret): Secret {
  if (passphrase.length > 0 && passphrase.length <= LONGEST_BYTES) return passphrase;
  passphrase.destroy();
  throw new CommandFailed(`A passphrase has 1 to ${LONGEST_BYTES} bytes.`);
}

/** Counted where it is: as text it could not be wiped. */
function charactersOf(passphrase: Secret): number {
  // The other bytes of a character in UTF-8 begin with the bits 10.
  return passphrase.use((bytes) => bytes.reduce((sum, byte) => sum + ((byte & 0xc0) === 0x80 ? 0 : 1), 0));
}

function longEnough(passphrase: Secret): Secret {
  if (charactersOf(passphrase) >= SHORTEST_CHARACTERS) return passphrase;
  passphrase.destroy();
  throw new CommandFailed(
    `A passphrase for a new home has at least ${SHORTEST_CHARACTERS} characters; several words are better. Nothing was written.`,
  );
}

/** @throws CommandFailed */
async function fromFile(path: string): Promise<Secret> {
  // Room for the end of the line.
  const bytes = await readSmallFile(path, LONGEST_BYTES + 2);
  if (bytes === undefined)
    throw new CommandFailed(`There is no passphrase file ${path}. Check the path behind --passphrase-file.`);
  if (bytes === 'too large') throw new CommandFailed(`The passphrase file ${path} is too long.`);
  return checked(lineOf(bytes));
}

/** What was given without asking: the file, else the environment. */
async function given(
  { file }: PassphraseSource,
  { environment }: Pick<Surroundings, 'environment'>,
): Promise<Secret | undefined> {
  if (file !== undefined) return fromFile(file);
  const text = environment['PAYKIT_PASSPHRASE'];
  return text === undefined || text === '' ? undefined : checked(Secret.take(new TextEncoder().encode(text)));
}

/** The passphrase of a home that has one; owned by the caller. `undefined` if there is nobody to ask. */
export async function findPassphrase(
  source: PassphraseSource,
  surroundings: Pick<Surroundings, 'environment' | 'terminal'>,
): Promise<Secret | undefined> {
  const found = await given(source, surroundings);
  if (found !== undefined) return found;
  const { dialog } = surroundings.terminal;
  return dialog && checked(Secret.take(await dialog.askHidden('Passphrase: ')));
}

/**
 * The passphrase for a new home, asked for twice on a terminal; owned by the caller. `undefined` if none is wanted.
 *
 * @throws UsageError if none is given and nobody can be asked. @throws CommandFailed if it is too short, or the two differ.
 */
export async function choosePassphrase(
  source: PassphraseSource,
  surroundings: Pick<Surroundings, 'environment' | 'terminal'>,
  command: string,
): Promise<Secret | undefined> {
  if (source.none) {
    surroundings.terminal.tell(
      'Warning: without a passphrase whoever reads the files of this home is this identity.\n',
    );
    return undefined;
  }
  const found = await given(source, surroundings);
  if (found !== undefined) return longEnough(found);
  const { dialog } = surroundings.terminal;
  if (dialog === undefined) {
    throw new UsageError(
      'The seed is kept encrypted: set PAYKIT_PASSPHRASE, name a file with --passphrase-file, or say --no-passphrase.',
      command,
    );
  }
  const first = longEnough(checked(Secret.take(await dialog.askHidden('New passphrase: '))));
  const second = Secret.take(await dialog.askHidden('The same again: '));
  const same = first.use((one) => second.use((other) => Buffer.compare(one, other) === 0));
  second.destroy();
  if (same) return first;
  first.destroy();
  throw new CommandFailed('The two passphrases differ. Nothing was written.');
}
