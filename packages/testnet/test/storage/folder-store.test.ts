import { mkdir, open, readdir, readFile, rmdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Logger, silentLogger } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { EVENTS_KEPT } from '../../src/constants.ts';
import { applyChange, type Change, changesOf } from '../../src/storage/change.ts';
import { openFolderStore } from '../../src/storage/folder-store.ts';
import { Journal } from '../../src/storage/journal.ts';
import { encodeEntry, JOURNAL_TITLE } from '../../src/storage/journal-format.ts';
import { emptyState, type NetworkState } from '../../src/storage/network-state.ts';
import type { Store } from '../../src/storage/store.ts';
import { networks } from '../networks.ts';

const { folder } = networks();

const invite = (code: string): Change => ({ kind: 'invite', code });

function add(store: Store, code: string): Promise<void> {
  return store.change(() => ({ changes: [invite(code)], result: undefined }));
}

async function filled(...codes: string[]): Promise<string> {
  const path = await folder();
  const store = await openFolderStore(path, silentLogger);
  for (const code of codes) await add(store, code);
  await store.close();
  return path;
}

const codesOf = ({ invites }: NetworkState) => [...invites.keys()];

async function reopened(path: string): Promise<string[]> {
  const store = await openFolderStore(path, silentLogger);
  try {
    return codesOf(store.state);
  } finally {
    await store.close();
  }
}

describe('openFolderStore', () => {
  it('makes a folder where there is none, for its owner alone', async () => {
    const path = join(await folder(), 'deep', 'network');
    const store = await openFolderStore(path, silentLogger);
    await (await store.bodies.create()).keep();
    const modes = await Promise.all(
      ['', 'bodies', 'journal', 'bodies/0000000000000001'].map(async (name) => {
        const { mode } = await stat(join(path, name));
        return (mode & 0o777).toString(8);
      }),
    );
    if (process.platform !== 'win32') expect(modes).toEqual(['700', '700', '600', '600']);
    await store.close();
  });

  it('keeps a folder to one at a time', async () => {
    const path = await folder();
    const store = await openFolderStore(path, silentLogger);
    await expect(openFolderStore(path, silentLogger)).rejects.toMatchObject({
      code: 'TESTNET_FOLDER_IN_USE',
    });
    await store.close();
    expect(await reopened(path)).toEqual([]);
  });

  it('leaves alone a folder that holds something else', async () => {
    const path = await folder();
    await writeFile(join(path, 'photo.jpg'), 'x');
    await expect(openFolderStore(path, silentLogger)).rejects.toMatchObject({
      code: 'TESTNET_FOLDER_FOREIGN',
      context: { found: 'photo.jpg' },
    });
    expect(await readdir(path)).toEqual(['photo.jpg']);
  });

  it('starts again from a folder that was left before it had a journal', async () => {
    const path = await folder();
    await mkdir(join(path, 'bodies'));
    await writeFile(join(path, 'journal.next'), 'half');
    await writeFile(join(path, 'lock.00000000-0000-0000-0000-000000000000'), '');
    expect(await reopened(path)).toEqual([]);
  });

  it('says so if the folder is a file', async () => {
    const path = await folder();
    await writeFile(join(path, 'file'), '');
    await expect(openFolderStore(join(path, 'file'), silentLogger)).rejects.toMatchObject({
      code: 'TESTNET_STORAGE_FAILED',
    });
  });

  it('refuses another version of the format, and says which', async () => {
    const path = await filled('a');
    await writeFile(join(path, 'journal'), 'pubky-paykit-testnet journal 2\n');
    await expect(openFolderStore(path, silentLogger)).rejects.toMatchObject({
      code: 'TESTNET_FOLDER_VERSION',
      context: { found: 'pubky-paykit-testnet journal 2', expected: 'pubky-paykit-testnet journal 1' },
    });
  });

  it.each(['', 'x', 'pubky-paykit-testnet', 'something else entirely, and long\n'])(
    'refuses a journal that begins with %j, and gives the folder back',
    async (text) => {
      const path = await filled('a');
      await writeFile(join(path, 'journal'), text);
      for (let time = 0; time < 2; time++) {
        await expect(openFolderStore(path, silentLogger)).rejects.toMatchObject({
          code: 'TESTNET_FOLDER_CORRUPT',
          context: { file: 'journal', offset: 0 },
        });
      }
      expect(await readFile(join(path, 'journal'), 'utf8')).toBe(text);
    },
  );

  it('cuts off an entry that was never finished, at every byte, and goes on from there', async () => {
    const path = await filled('a', 'b');
    const journal = join(path, 'journal');
    const whole = await readFile(journal);
    const kept = (await readFile(join(await filled('a'), 'journal'))).length;
    for (let length = kept; length < whole.length; length++) {
      await writeFile(journal, whole.subarray(0, length));
      expect(await reopened(path)).toEqual(['a']);
      expect((await stat(journal)).size).toBe(kept);
    }
  });

  it('goes on after pages that were never written', async () => {
    const path = await filled('a');
    const journal = join(path, 'journal');
    const { size } = await stat(journal);
    await truncate(journal, size + 5_000);
    expect(await reopened(path)).toEqual(['a']);
  });

  it('refuses to lose an entry that was acknowledged: any change of it is found', async () => {
    const path = await filled('a', 'b', 'c');
    const journal = join(path, 'journal');
    const whole = await readFile(journal);
    for (let at = JOURNAL_TITLE.length; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x40;
      await writeFile(journal, changed);
      await expect(openFolderStore(path, silentLogger)).rejects.toMatchObject({
        code: 'TESTNET_FOLDER_CORRUPT',
        context: { file: 'journal' },
      });
      // Nothing is cut off, nothing is repaired.
      expect(Buffer.compare(await readFile(journal), changed)).toBe(0);
    }
  });

  it('refuses changes that make no sense together', async () => {
    const path = await filled();
    const change: Change = { kind: 'file-gone', user: 'nobody', path: '/pub/a' };
    const entry = encodeEntry([change], JOURNAL_TITLE.length);
    await writeFile(join(path, 'journal'), Buffer.concat([Buffer.from(JOURNAL_TITLE), entry]));
    await expect(openFolderStore(path, silentLogger)).rejects.toMatchObject({
      code: 'TESTNET_FOLDER_CORRUPT',
    });
  });

  it.each(['0000000000000009', '../journal', '/etc/passwd', ''])(
    'refuses a journal that speaks of the content %j, which is not there',
    async (body) => {
      const path = await filled();
      const file = { etag: '', bytes: 1, contentType: '', modifiedMs: 1, body };
      const entry = encodeEntry(
        [
          { kind: 'user', user: 'u', createdMs: 1 },
          { kind: 'file', user: 'u', path: '/pub/a', ...file },
        ],
        JOURNAL_TITLE.length,
      );
      await writeFile(join(path, 'journal'), Buffer.concat([Buffer.from(JOURNAL_TITLE), entry]));
      await expect(openFolderStore(path, silentLogger)).rejects.toMatchObject({
        code: 'TESTNET_FOLDER_CORRUPT',
        context: { file: `bodies/${body}` },
      });
    },
  );

  it('removes contents that nobody refers to, and never uses their names again too early', async () => {
    const path = await filled();
    await writeFile(join(path, 'bodies', '00000000000000ff'), 'left behind');
    const store = await openFolderStore(path, silentLogger);
    expect(await readdir(join(path, 'bodies'))).toEqual([]);
    const draft = await store.bodies.create();
    expect(await draft.keep()).toBe('0000000000000100');
    const dropped = await store.bodies.create();
    await dropped.drop();
    await dropped.drop();
    expect(await readdir(join(path, 'bodies'))).toEqual(['0000000000000100']);
    expect(await store.bodies.open('0000000000000101', 1)).toBeUndefined();
    await store.close();
  });

  it('says so when a content is shorter than it was', async () => {
    const path = await filled();
    const store = await openFolderStore(path, silentLogger);
    const draft = await store.bodies.create();
    await draft.write(new Uint8Array(10));
    const body = await store.bodies.open(await draft.keep(), 11);
    await expect(body?.readWhole()).rejects.toMatchObject({ code: 'TESTNET_STORAGE_FAILED' });
    await body?.close();
    await store.close();
  });
});

describe('Journal', () => {
  it('shows a change to nobody before it is durable, and changes nothing if it cannot be', async () => {
    const path = await folder();
    const store = await openFolderStore(path, silentLogger);
    const first = add(store, 'first');
    expect(codesOf(store.state)).toEqual([]);
    await first;
    expect(codesOf(store.state)).toEqual(['first']);
    const tooLong = 'x'.repeat(2_000_000);
    await expect(add(store, tooLong)).rejects.toThrow(RangeError);
    await add(store, 'second');
    expect(codesOf(store.state)).toEqual(['first', 'second']);
    await store.close();
    expect(await reopened(path)).toEqual(['first', 'second']);
  });

  it('refuses every change once one could not be written', async () => {
    const path = await folder();
    const state = emptyState();
    const journal = await Journal.open(path, state);
    // What is closed can neither be written nor cut back.
    await journal.close();
    await expect(journal.append([invite('a')])).rejects.toMatchObject({
      code: 'TESTNET_STORAGE_FAILED',
      context: { what: 'writing the journal', reason: 'EBADF' },
    });
    await expect(journal.append([invite('b')])).rejects.toMatchObject({ code: 'TESTNET_STORAGE_FAILED' });
  });

  it('is written anew when it has grown, and leads to the same state', async () => {
    const path = await folder();
    const state = emptyState();
    const journal = await Journal.open(path, state);
    applyChange(state, { kind: 'user', user: 'u', createdMs: 1 });
    await journal.append([{ kind: 'user', user: 'u', createdMs: 1 }]);
    const payload = Buffer.alloc(100_000, 7).toString('base64');
    const packet: Change = { kind: 'packet', key: 'k', payload };
    let longest = 0;
    while (!journal.isLong) {
      await journal.append([packet]);
      applyChange(state, packet);
      longest = (await stat(join(path, 'journal'))).size;
    }
    await journal.renew(state);
    expect(journal.isLong).toBe(false);
    expect((await stat(join(path, 'journal'))).size).toBeLessThan(longest / 20);
    await journal.append([invite('after')]);
    await journal.close();
    const again = emptyState();
    await (await Journal.open(path, again)).close();
    applyChange(state, invite('after'));
    expect([...changesOf(again)]).toEqual([...changesOf(state)]);
    expect(await readdir(path)).toEqual(['journal']);
  });

  it('is written anew whatever the length of what is in it', async () => {
    const path = await folder();
    const state = emptyState();
    const journal = await Journal.open(path, state);
    const user: Change = { kind: 'user', user: 'u', createdMs: 1 };
    applyChange(state, user);
    const name = '"'.repeat(4_000);
    for (let id = 1; id <= 300; id++) {
      applyChange(state, { kind: 'event', id, type: 'PUT', user: 'u', path: `/pub/${id}/${name}` });
    }
    await journal.renew(state);
    await journal.append([invite('after')]);
    await journal.close();
    const again = emptyState();
    await (await Journal.open(path, again)).close();
    applyChange(state, invite('after'));
    expect([...changesOf(again)]).toEqual([...changesOf(state)]);
  });

  it('leaves nothing of a new one that could not be written: a full disk has no room for it', async () => {
    const path = await folder();
    const state = emptyState();
    const journal = await Journal.open(path, state);
    // Whatever keeps it from being written: here it is no packet.
    const broken = { ...state, packets: new Map([['k', null as unknown as Uint8Array]]) };
    await expect(journal.renew(broken)).rejects.toMatchObject({ code: 'TESTNET_STORAGE_FAILED' });
    expect(await readdir(path)).toEqual(['journal']);
    await journal.close();
  });

  it('goes on with the old file if the new one cannot be written', async () => {
    const path = await folder();
    const state = emptyState();
    const journal = await Journal.open(path, state);
    await mkdir(join(path, 'journal.next'));
    await expect(journal.renew(state)).rejects.toMatchObject({
      code: 'TESTNET_STORAGE_FAILED',
      context: { what: 'shortening the journal' },
    });
    await journal.append([invite('a')]);
    await journal.close();
    await rmdir(join(path, 'journal.next'));
    const again = emptyState();
    await (await Journal.open(path, again)).close();
    expect(codesOf(again)).toEqual(['a']);
  });
});

describe('a store that grows', () => {
  it('is shortened while it is used, and warns if that fails', async () => {
    const path = await folder();
    const warnings: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };
    const store = await openFolderStore(path, logger);
    const payload = Buffer.alloc(500_000, 7).toString('base64');
    const grow = async () => {
      for (let time = 0; time < 20; time++) {
        await store.change(() => ({ changes: [{ kind: 'packet', key: 'k', payload }], result: undefined }));
      }
    };
    await grow();
    expect((await stat(join(path, 'journal'))).size).toBeLessThan(9_000_000);
    expect(warnings).toEqual([]);
    await mkdir(join(path, 'journal.next'));
    await grow();
    await grow();
    expect(warnings).toContain('the journal could not be shortened');
    await store.close();
    const handle = await open(join(path, 'journal'), 'r');
    expect((await handle.stat()).size).toBeGreaterThan(9_000_000);
    await handle.close();
  });
});

describe('applyChange', () => {
  it('keeps the latest hundred thousand events', () => {
    const state = emptyState();
    for (let id = 1; id <= EVENTS_KEPT + 2_500; id++) {
      applyChange(state, { kind: 'event', id, type: 'PUT', user: 'u', path: '/pub/a' });
    }
    expect(state.events.length).toBeLessThan(EVENTS_KEPT + 1_000);
    expect(state.events.length).toBeGreaterThanOrEqual(EVENTS_KEPT);
    expect(state.events.at(-1)?.id).toBe(EVENTS_KEPT + 2_500);
  });
});
