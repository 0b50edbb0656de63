import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { makePrivateFolder, readSmallFile, writePrivateFile } from '../../src/home/private-files.ts';
import { temporaryFolder } from './command-run.ts';

const folder = temporaryFolder();
const content = new TextEncoder().encode('something');

describe('writePrivateFile', () => {
  it('writes for the owner only, and leaves no draft', async () => {
    expect(await writePrivateFile(folder.inside('file'), content, { replace: false })).toBe(true);
    expect((await stat(folder.inside('file'))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder.path)).toEqual(['file']);
  });

  it('never overwrites unless it is told to', async () => {
    await writeFile(folder.inside('file'), 'before');
    expect(await writePrivateFile(folder.inside('file'), content, { replace: false })).toBe(false);
    expect(await readFile(folder.inside('file'), 'utf8')).toBe('before');
    expect(await writePrivateFile(folder.inside('file'), content, { replace: true })).toBe(true);
    expect(await readFile(folder.inside('file'), 'utf8')).toBe('something');
    expect(await readdir(folder.path)).toEqual(['file']);
  });

  it('lets one of several at once write', async () => {
    const all = await Promise.all(
      [1, 2, 3, 4].map(() => writePrivateFile(folder.inside('file'), content, { replace: false })),
    );
    expect(all.filter((isWritten) => isWritten)).toHaveLength(1);
  });

  it('leaves no draft where it cannot write', async () => {
    await mkdir(folder.inside('file'));
    await expect(writePrivateFile(folder.inside('file'), content, { replace: true })).rejects.toThrow();
    expect(await readdir(folder.path)).toEqual(['file']);
  });

  it('blames the path that it was given, not its draft', async () => {
    const path = folder.inside('nothing/file');
    const written = writePrivateFile(path, content, { replace: false });
    await expect(written).rejects.toMatchObject({ code: 'ENOENT', path });
  });
});

describe('readSmallFile', () => {
  it('gives the whole of a file, nothing for none, and says when it is longer', async () => {
    await writeFile(folder.inside('file'), content);
    expect(await readSmallFile(folder.inside('file'), content.length)).toEqual(content);
    expect(await readSmallFile(folder.inside('file'), content.length - 1)).toBe('too large');
    expect(await readSmallFile(folder.inside('other'), 10)).toBeUndefined();
  });

  it('names what it cannot read, also where the system does not', async () => {
    const path = folder.inside('folder');
    await mkdir(path);
    await expect(readSmallFile(path, 10)).rejects.toMatchObject({ code: 'EISDIR', path });
  });
});

describe('makePrivateFolder', () => {
  it('says which folder the system refuses, and why [F3]', async () => {
    await writeFile(folder.inside('file'), '');
    const refused = makePrivateFolder(folder.inside('file'));
    await expect(refused).rejects.toMatchObject({ problem: 'folder refused' });
    await expect(refused).rejects.toThrow(`${folder.inside('file')} (EEXIST)`);
  });

  it('closes a folder that is there to everybody else', async () => {
    await mkdir(folder.inside('home'), { mode: 0o755 });
    await makePrivateFolder(folder.inside('home'));
    expect((await stat(folder.inside('home'))).mode & 0o777).toBe(0o700);
  });
});
