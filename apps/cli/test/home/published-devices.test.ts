import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { beginPublishedDevices, isUnpublished, notePublished } from '../../src/home/published-devices.ts';
import { temporaryFolder } from './command-run.ts';

const folder = temporaryFolder();
const list = (): string => folder.inside('published-devices');

describe('the devices that were published from a home [S2.3]', () => {
  it('are new until they are noted, each by itself, for the owner only', async () => {
    await beginPublishedDevices(folder.path);
    expect(await isUnpublished(folder.path, 'default')).toBe(true);
    await notePublished(folder.path, 'default');
    await notePublished(folder.path, 'default');
    expect(await isUnpublished(folder.path, 'default')).toBe(false);
    expect(await isUnpublished(folder.path, 'phone')).toBe(true);
    expect(await readFile(list(), 'utf8')).toBe('\ndefault\n');
    expect((await stat(list())).mode & 0o777).toBe(0o600);
  });

  it('are not begun again where there is a list', async () => {
    await beginPublishedDevices(folder.path);
    await notePublished(folder.path, 'default');
    await beginPublishedDevices(folder.path);
    expect(await isUnpublished(folder.path, 'default')).toBe(false);
  });

  it('are never new in a home that has no list from its beginning, and gets none', async () => {
    await notePublished(folder.path, 'default');
    expect(await isUnpublished(folder.path, 'default')).toBe(false);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('are never new where the list is longer than anybody writes one', async () => {
    await writeFile(list(), 'a\n'.repeat(32_769));
    expect(await isUnpublished(folder.path, 'default')).toBe(false);
  });

  it('are noted whole after a crash in the middle of a line, and several at once', async () => {
    await beginPublishedDevices(folder.path);
    await appendFile(list(), '\npho');
    await Promise.all(['phone', 'tablet', 'default'].map((device) => notePublished(folder.path, device)));
    for (const device of ['phone', 'tablet', 'default']) {
      expect(await isUnpublished(folder.path, device)).toBe(false);
    }
  });
});
