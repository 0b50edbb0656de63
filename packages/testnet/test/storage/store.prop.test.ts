import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { openFolderStore } from '../../src/storage/folder-store.ts';
import { costOf, type StoredFile } from '../../src/storage/network-state.ts';
import { createMemoryStore, type Store } from '../../src/storage/store.ts';
import { networks } from '../networks.ts';

const { folder } = networks();

/** Names as they may come from anywhere: none of them may become the name of a file. */
const path = fc.constantFrom('/pub/a', '/pub/A', '/pub/../a', '/pub/con', '/pub/ü', '/pub/a/b', '/pub/\0');
const user = fc.constantFrom('alice', 'bob');
const content = fc.uint8Array({ maxLength: 40 });

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), user, path, content }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), user, path }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sign-in' as const), user, id: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sign-out' as const), id: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), user, path }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

/** The same, as simple as can be. */
interface Model {
  readonly files: Map<string, Uint8Array>;
  readonly sessions: Map<string, string>;
  events: number;
}

async function put(store: Store, name: string, place: string, bytes: Uint8Array): Promise<void> {
  const draft = await store.bodies.create();
  await draft.write(bytes);
  const body = await draft.keep();
  const file: StoredFile = { etag: 'e', bytes: bytes.length, contentType: 't', modifiedMs: 1, body };
  const replaced = await store.change((state) => ({
    changes: [
      { kind: 'file', user: name, path: place, ...file },
      { kind: 'event', id: (state.events.at(-1)?.id ?? 0) + 1, type: 'PUT', user: name, path: place },
    ],
    result: state.users.get(name)?.files.get(place)?.body,
  }));
  if (replaced !== undefined) await store.bodies.remove(replaced);
}

async function remove(store: Store, name: string, place: string): Promise<boolean> {
  const removed = await store.change((state) => {
    const file = state.users.get(name)?.files.get(place);
    return file === undefined
      ? { changes: [], result: undefined }
      : { changes: [{ kind: 'file-gone', user: name, path: place }], result: file.body };
  });
  if (removed !== undefined) await store.bodies.remove(removed);
  return removed !== undefined;
}

async function compare(store: Store, model: Model): Promise<void> {
  const { state } = store;
  const seen = new Map<string, Uint8Array>();
  let used = 0;
  for (const [name, { files, paths, usedBytes }] of state.users) {
    expect([...files.keys()].sort()).toEqual([...paths].sort());
    expect(usedBytes).toBe([...files.values()].reduce((sum, file) => sum + costOf(file), 0));
    used += usedBytes;
    for (const [place, { body, bytes }] of files) {
      const open = await store.bodies.open(body, bytes);
      seen.set(`${name} ${place}`, (await open?.readWhole()) ?? new Uint8Array());
      await open?.close();
    }
  }
  expect(state.usedBytes).toBe(used);
  const sorted = (map: Map<string, Uint8Array>) =>
    [...map].map(([key, value]) => [key, Buffer.from(value).toString('hex')]).sort();
  expect(sorted(seen)).toEqual(sorted(model.files));
  const sessions = [...state.sessions].map(([id, session]) => [id, session.user]);
  expect(sessions.sort()).toEqual([...model.sessions].sort());
  expect(state.events.at(-1)?.id ?? 0).toBe(model.events);
}

describe('a store', () => {
  it.each(['memory', 'folder'] as const)(
    'does what a map does, in %s, and a folder does so after restarts',
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          const outside = await folder();
          const inside = join(outside, 'network');
          const open = () =>
            kind === 'folder'
              ? openFolderStore(inside, silentLogger)
              : Promise.resolve(createMemoryStore(10_000));
          let store = await open();
          const model: Model = { files: new Map(), sessions: new Map(), events: 0 };
          for (const name of ['alice', 'bob']) {
            await store.change(() => ({ changes: [{ kind: 'user', user: name, createdMs: 1 }], result: 0 }));
          }
          for (const each of steps) {
            if (each.do === 'put') {
              await put(store, each.user, each.path, each.content);
              model.files.set(`${each.user} ${each.path}`, each.content);
              model.events += 1;
            } else if (each.do === 'delete') {
              const there = model.files.delete(`${each.user} ${each.path}`);
              expect(await remove(store, each.user, each.path)).toBe(there);
            } else if (each.do === 'sign-in') {
              const session = { id: `s${each.id}`, user: each.user, capabilities: '/:rw', createdMs: 1 };
              if (model.sessions.has(session.id)) continue;
              await store.change(() => ({ changes: [{ kind: 'session', ...session }], result: 0 }));
              model.sessions.set(session.id, each.user);
            } else if (each.do === 'sign-out') {
              await store.change(() => ({
                changes: [{ kind: 'session-end', id: `s${each.id}` }],
                result: 0,
              }));
              model.sessions.delete(`s${each.id}`);
            } else if (each.do === 'refuse') {
              const refused = store.change(() => {
                throw new RangeError('refused');
              });
              await expect(refused).rejects.toThrow('refused');
            } else if (kind === 'folder') {
              await store.close();
              store = await open();
            }
          }
          await compare(store, model);
          await store.close();
          // Nothing beside the folder, and in it no name that anybody has chosen.
          expect(await readdir(outside)).toEqual(kind === 'folder' ? ['network'] : []);
          const names = kind === 'folder' ? await readdir(inside, { recursive: true }) : [];
          for (const name of names) {
            expect(name).toMatch(/^(journal|bodies|bodies\/[0-9a-f]{16}|lock-\d+)$/);
          }
          expect(names.filter((name) => name.startsWith('bodies/'))).toHaveLength(
            kind === 'folder' ? model.files.size : 0,
          );
          await rm(outside, { recursive: true });
        }),
        { numRuns: effort(kind === 'folder' ? 60 : 200) },
      );
    },
  );
});
