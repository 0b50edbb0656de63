import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolders } from '../../src/node.ts';

describe('makeFolders', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'paykit-folders-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('makes what is missing, outermost first, with the permissions asked for', async () => {
    const [outer, inner] = [join(root, 'a'), join(root, 'a', 'b')];
    expect(await makeFolders(inner, 0o700)).toEqual([outer, inner]);
    expect((await stat(inner)).mode & 0o777).toBe(0o700);
    expect(await makeFolders(inner, 0o755)).toEqual([]);
    expect((await stat(inner)).mode & 0o777).toBe(0o700);
  });

  it('lets several at once make the same', async () => {
    const folder = join(root, 'c', 'd', 'e');
    const made = await Promise.all(Array.from({ length: 8 }, () => makeFolders(folder, 0o700)));
    expect(made.flat().sort()).toEqual([join(root, 'c'), join(root, 'c', 'd'), folder]);
  });

  it('refuses what is in the way', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    await expect(makeFolders(file, 0o700)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolders(join(file, 'inside'), 0o700)).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.skipIf(!existsSync('/proc/self'))('ends where the system refuses every new name [F3]', async () => {
    await expect(makeFolders('/proc/no-such-folder/inside', 0o700)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
