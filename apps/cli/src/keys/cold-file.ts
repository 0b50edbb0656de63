import { resolve } from 'node:path';
import { CommandFailed } from '../command-errors.ts';
import { readSmallFile, writePrivateFile } from '../home/private-files.ts';

/** The codecs allow half of it. Inclusive. */
const MAXIMUM_BYTES = 65_536;

/** Reads a request or a bundle. @throws CommandFailed */
export async function readColdFile(file: string): Promise<Uint8Array> {
  const content = await readSmallFile(resolve(file), MAXIMUM_BYTES);
  if (content === undefined) throw new CommandFailed(`There is no file ${file}.`);
  if (content === 'too large') throw new CommandFailed(`The file ${file} is too long to be what is wanted.`);
  return content;
}

/** Writes a request or a bundle, never over another file. @throws CommandFailed */
export async function writeColdFile(file: string, content: Uint8Array): Promise<void> {
  if (await writePrivateFile(resolve(file), content, { replace: false })) return;
  throw new CommandFailed(`The file ${file} is there already, and is not overwritten.`);
}
