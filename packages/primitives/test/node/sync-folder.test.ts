import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { syncFolder } from '../../src/node.ts';

describe('syncFolder', () => {
  it('syncs a folder, and says when there is none', async () => {
    await syncFolder(tmpdir());
    await expect(syncFolder('/no-such-folder-anywhere')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
