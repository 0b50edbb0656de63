import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claimFolder } from '../../src/level/open-folders.ts';
import { temporaryFolder } from './folder.ts';

describe('claimFolder', () => {
  it('gives a folder to one at a time, however close together they ask', async () => {
    const [one, other] = [temporaryFolder(), temporaryFolder()];
    const [first, second, third] = await Promise.all([
      claimFolder(one),
      claimFolder(one),
      claimFolder(other),
    ]);
    expect([typeof first, typeof second, typeof third]).toEqual(['function', 'undefined', 'function']);
    first?.();
    third?.();
    const again = await claimFolder(one);
    expect(again).toBeTypeOf('function');
    again?.();
  });

  it.skipIf(process.platform !== 'linux')('sees that another thread has the folder open', async () => {
    const folder = temporaryFolder();
    // All threads of a process share its open files.
    const file = openSync(join(folder, 'LOCK'), 'w');
    expect(await claimFolder(folder)).toBeUndefined();
    closeSync(file);
    (await claimFolder(folder))?.();
  });
});
