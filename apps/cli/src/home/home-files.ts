import { join } from 'node:path';
import { HomeFailed } from './home-errors.ts';
import type { HomeSettings } from './home-settings.ts';
import { decodeKeyFile, KEY_FILE_MAXIMUM_BYTES, type KeyFile } from './key-file.ts';
import { readSmallFile } from './private-files.ts';

/** Where things are in a home. */
export interface HomeFiles {
  /** The identity: public parts, and its seed, sealed. */
  readonly identity: string;
  /** The session with the homeserver, sealed. */
  readonly session: string;
  /** There since the seed was handed out: others may publish for the identity, too. */
  readonly exported: string;
  /** The devices that something was published for from here, a line each. */
  readonly published: string;
  /** Folder of the durable store: ledger of keys, queue, what was seen of peers. */
  readonly store: string;
  /** Folder of a store with nothing in it: whoever has it open receives payments. */
  readonly receiving: string;
}

/** Where things are in the home in this folder. */
export function homeFiles(folder: string): HomeFiles {
  return {
    identity: join(folder, 'identity.json'),
    session: join(folder, 'session.json'),
    exported: join(folder, 'seed-was-exported'),
    published: join(folder, 'published-devices'),
    store: join(folder, 'store'),
    receiving: join(folder, 'receiving'),
  };
}

/** Reads the identity file of a home. @throws HomeFailed */
export async function readKeyFile({
  folder,
  given,
}: Pick<HomeSettings, 'folder' | 'given'>): Promise<KeyFile> {
  const place = homeFiles(folder).identity;
  const bytes = await readSmallFile(place, KEY_FILE_MAXIMUM_BYTES);
  if (bytes === undefined) throw new HomeFailed('no identity', folder, given);
  if (bytes === 'too large') throw new HomeFailed('damaged', place);
  return decodeKeyFile(bytes, place);
}
