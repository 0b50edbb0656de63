import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createLevelCalls } from '../../src/level/level-calls.ts';
import { createLevelStore } from '../../src/level/level-store.ts';
import type { DurableStore } from '../../src/store/durable-store.ts';
import { Lifecycle } from '../../src/store/lifecycle.ts';
import { codeOf, rejectionOf } from '../outcome.ts';
import { type FakeDatabase, fakeDatabase } from './fake-database.ts';

function open(): { store: DurableStore; database: FakeDatabase } {
  const [database, clock, lifecycle] = [fakeDatabase(), new ManualClock(), new Lifecycle()];
  const common = { clock, timeoutMs: 100 };
  const calls = createLevelCalls({
    ...common,
    database,
    onClosed: () => {},
    revision: 0n,
    location: 'folder',
    onFailure: (because) => lifecycle.refuse(because),
  });
  return { store: createLevelStore({ ...common, calls, lifecycle }), database };
}

/** What is done to the bytes of an entry, and what reading it comes to. */
const DAMAGES = {
  'bit flipped': [
    (bytes: Uint8Array) => bytes.map((byte, at) => (at === 5 ? byte ^ 4 : byte)),
    'STORE_CORRUPTED',
  ],
  'cut off': [(bytes: Uint8Array) => bytes.slice(0, 4), 'STORE_CORRUPTED'],
  'newer format': [
    (bytes: Uint8Array) => bytes.map((byte, at) => (at === 0 ? 7 : byte)),
    'STORE_NEWER_FORMAT',
  ],
} as const;

const damage = fc.option(fc.constantFrom(...(Object.keys(DAMAGES) as (keyof typeof DAMAGES)[])), {
  nil: undefined,
});

async function listed(store: DurableStore, pageSize: number) {
  const keys: string[] = [];
  const walk = async () => {
    for await (const { key } of store.list('', { pageSize })) keys.push(key);
  };
  const error = await walk().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { keys, error };
}

describe('entries that cannot be read', () => {
  it('hide none of the others from a list, are told of at its end, and can be deleted [S5.2]', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(damage, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (damages, pageSize) => {
          const { store, database } = open();
          const keys = damages.map((_, at) => `a/${String(at).padStart(2, '0')}`);
          await store.commit(keys.map((key) => ({ type: 'put', key, value: Uint8Array.of(1, 2, 3) })));
          const rotten: string[] = [];
          for (const [at, kind] of damages.entries()) {
            const key = keys[at] as string;
            if (kind === undefined) continue;
            rotten.push(key);
            const [spoil, code] = DAMAGES[kind];
            const bytes = database.entries.get(`data/${key}`) as Uint8Array;
            database.entries.set(`data/${key}`, spoil(bytes));
            expect(await codeOf(store.get(key))).toBe(code);
          }
          const sound = keys.filter((key) => !rotten.includes(key));
          const { keys: found, error } = await listed(store, pageSize);
          expect(found).toEqual(sound);
          const [key] = rotten;
          const kind = damages.find((each) => each !== undefined);
          if (key === undefined || kind === undefined) expect(error).toBeUndefined();
          else {
            expect(error).toMatchObject({
              code: 'STORE_LIST_INCOMPLETE',
              context: { key, count: rotten.length },
              cause: { code: DAMAGES[kind][1] },
            });
          }
          await store.commit(rotten.map((each) => ({ type: 'delete', key: each })));
          expect(await listed(store, pageSize)).toEqual({ keys: sound, error: undefined });
        },
      ),
      { numRuns: effort(200) },
    );
  });

  it('end a list where their very key has rotted, since nothing can be asked for behind it', async () => {
    const { store, database } = open();
    await store.commit(['a', 'c'].map((key) => ({ type: 'put', key, value: Uint8Array.of(1) })));
    database.entries.set('data/b�', Uint8Array.of(1));
    const entries = store.list('');
    expect((await entries.next()).value?.key).toBe('a');
    expect(await rejectionOf(entries.next())).toMatchObject({
      code: 'STORE_CORRUPTED',
      context: { what: 'the key of an entry' },
    });
    expect((await entries.next()).done).toBe(true);
  });
});
