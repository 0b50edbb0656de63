import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { homeFiles } from './home-files.ts';
import { readSmallFile, writePrivateFile } from './private-files.ts';

/** More than a thousand devices. */
const MAXIMUM_BYTES = 65_536;

/**
 * The devices that this home knows to have keys, a line each, apart from the store: a store that is lost must not make a
 * device look new again. `undefined` where nothing has been noted from the beginning, or not all of it can be read.
 */
async function readDevices(folder: string): Promise<readonly string[] | undefined> {
  const bytes = await readSmallFile(homeFiles(folder).published, MAXIMUM_BYTES);
  if (bytes === undefined || bytes === 'too large') return undefined;
  return new TextDecoder().decode(bytes).split('\n');
}

/** Begins the list of a home that is made for a new identity. One that is there is kept. */
export async function beginPublishedDevices(folder: string): Promise<void> {
  await writePrivateFile(homeFiles(folder).published, new Uint8Array(), { replace: false });
}

/** Whether nothing of a device can ever have been published from this home; not where that cannot be told. */
export async function isUnpublished(folder: string, device: string): Promise<boolean> {
  const devices = await readDevices(folder);
  return devices !== undefined && !devices.includes(device);
}

/** Notes that something of a device will be published. A home without a list gets none: it would not be whole. */
export async function notePublished(folder: string, device: string): Promise<void> {
  if (!(await isUnpublished(folder, device))) return;
  // Added to, not replaced: another command may note its device now.
  const file = await open(homeFiles(folder).published, constants.O_WRONLY | constants.O_APPEND);
  try {
    // What a crash has left of a line before is no part of this one.
    await file.writeFile(`\n${device}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
