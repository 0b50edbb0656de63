import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../tooling/vitest/effort.ts';
import { openLevelStore, openSharedLevelStore } from '../src/level/index.ts';
import { createMemoryStore } from '../src/memory/memory-store.ts';
import type {
  DurableStore,
  StoreExpectation,
  StoreOperation,
  StoreVersion,
} from '../src/store/durable-store.ts';
import { subStore } from '../src/views/sub-store.ts';
import { temporaryFolder } from './level/folder.ts';
import { rejectionOf } from './outcome.ts';

const KEYS = ['a', 'a/a', 'a/b', 'a/b/c', 'a-b', 'a0', 'b', 'B/a'] as const;
type Key = (typeof KEYS)[number];

/** What is expected of a key: what stands there, what stood there before, or nothing. */
type Belief = 'now' | 'before' | 'nothing';

interface Commit {
  readonly changes: readonly (readonly [Key, number | undefined])[];
  readonly beliefs: readonly (readonly [Key, Belief])[];
}

type Step =
  /** Commits at the same time. */
  | { readonly commits: readonly Commit[] }
  | { readonly get: Key }
  | { readonly list: Key | ''; readonly after: Key | undefined; readonly pageSize: number }
  | 'reopen';

const key = fc.constantFrom(...KEYS);
const once = { selector: ([each]: readonly [Key, unknown]) => each, maxLength: 4 };
const belief = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Belief>('now') },
  fc.constantFrom<Belief>('before', 'nothing'),
);
const commit: fc.Arbitrary<Commit> = fc.record({
  changes: fc.uniqueArray(fc.tuple(key, fc.option(fc.nat(255), { nil: undefined })), once),
  beliefs: fc.uniqueArray(fc.tuple(key, belief), { ...once, maxLength: 2 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ commits: fc.array(commit, { minLength: 1, maxLength: 4 }) }) },
  fc.record({ get: key }),
  fc.record({
    list: fc.oneof(key, fc.constant<''>('')),
    after: fc.option(key, { nil: undefined }),
    pageSize: fc.integer({ min: 1, max: 4 }),
  }),
  fc.constant('reopen'),
);

/** What a store should hold, in the plainest form. */
class Model {
  readonly entries = new Map<string, { value: number; version: StoreVersion }>();
  /** The version before the one of now, by key; deleted ones too. */
  readonly #before = new Map<string, StoreVersion>();
  readonly #versions = new Set<StoreVersion>();

  expectations({ beliefs }: Commit): StoreExpectation[] {
    const versions: Record<Belief, (key: string) => StoreVersion | undefined> = {
      now: (each) => this.entries.get(each)?.version,
      before: (each) => this.#before.get(each) ?? 'never',
      nothing: () => undefined,
    };
    return beliefs.map(([each, kind]) => ({ key: each, version: versions[kind](each) }));
  }

  /** The key a commit conflicts about, or `undefined` if it may happen. */
  conflict(expected: readonly StoreExpectation[]): string | undefined {
    return expected.find((each) => this.entries.get(each.key)?.version !== each.version)?.key;
  }

  apply({ changes }: Commit, version: StoreVersion): void {
    expect(this.#versions.has(version), 'a version is given once').toBe(false);
    this.#versions.add(version);
    for (const [each, value] of changes) {
      const old = this.entries.get(each)?.version;
      if (old !== undefined) this.#before.set(each, old);
      if (value === undefined) this.entries.delete(each);
      else this.entries.set(each, { value, version });
    }
  }

  list(prefix: string, after: string | undefined): string[] {
    return [...this.entries.keys()]
      .filter((each) => prefix === '' || each.startsWith(`${prefix}/`))
      .filter((each) => after === undefined || each > after)
      .sort();
  }
}

function operationsOf({ changes }: Commit): StoreOperation[] {
  return changes.map(([each, value]) =>
    value === undefined
      ? { type: 'delete', key: each }
      : { type: 'put', key: each, value: new Uint8Array(value).fill(value) },
  );
}

async function runStep(step: Exclude<Step, 'reopen'>, store: DurableStore, model: Model): Promise<void> {
  if ('get' in step) {
    const [found, entry] = [await store.get(step.get), model.entries.get(step.get)];
    expect(found?.version).toBe(entry?.version);
    expect(found?.value.length).toBe(entry?.value);
    return;
  }
  if ('list' in step) {
    const found: string[] = [];
    const { after, pageSize } = step;
    for await (const entry of store.list(step.list, { after, pageSize })) {
      found.push(entry.key);
      expect(entry.version).toBe(model.entries.get(entry.key)?.version);
      expect(entry.value.length).toBe(model.entries.get(entry.key)?.value);
    }
    expect(found).toEqual(model.list(step.list, after));
    return;
  }
  // All are asked for before the first one answers, so all believe what was there before.
  const asked = step.commits.map((each) => {
    const expected = model.expectations(each);
    const answer = store.commit(operationsOf(each), { expect: expected });
    return { each, expected, answer: Promise.allSettled([answer]) };
  });
  for (const { each, expected, answer } of asked) {
    const [outcome] = await answer;
    const conflict = model.conflict(expected);
    if (conflict === undefined) {
      expect(outcome).toMatchObject({ status: 'fulfilled' });
      model.apply(each, (outcome as PromiseFulfilledResult<string>).value);
    } else {
      expect(outcome).toMatchObject({ reason: { code: 'STORE_CONFLICT', context: { key: conflict } } });
    }
  }
}

/** @param reopen Closes a store and opens it again, where it outlives that. */
async function agrees(
  steps: readonly Step[],
  open: () => DurableStore | Promise<DurableStore>,
  reopen = false,
): Promise<void> {
  const model = new Model();
  let store = await open();
  for (const step of steps) {
    if (step !== 'reopen') {
      await runStep(step, store, model);
    } else if (reopen) {
      await store.close();
      store = await open();
    }
  }
  await runStep({ list: '', after: undefined, pageSize: 3 }, store, model);
  await store.close();
  expect(await rejectionOf(store.get('a'))).toMatchObject({ code: 'STORE_CLOSED' });
}

const steps = (maxLength: number) => fc.array(step, { maxLength, size: 'max' });

describe('DurableStore', () => {
  it('in memory does what the model does, whatever the steps', async () => {
    await fc.assert(
      fc.asyncProperty(steps(40), (each) => agrees(each, () => createMemoryStore())),
      { numRuns: effort(800) },
    );
  });

  it('seen through a view does what the model does, and leaves the rest alone', async () => {
    await fc.assert(
      fc.asyncProperty(steps(30), async (each) => {
        const store = createMemoryStore();
        const others = ['v', 'v-/a', 'v0', 'u/a'].map(
          (other): StoreOperation => ({ type: 'put', key: other, value: Uint8Array.of(1) }),
        );
        const version = await store.commit(others);
        await agrees(each, () => subStore(store, 'v'), true);
        const expected = others.map((other) => ({ key: other.key, version }));
        await store.commit([], { expect: expected });
      }),
      { numRuns: effort(200) },
    );
  });

  it('[S5.2] [F2] in a folder does what the model does, closed and opened again at any time', async () => {
    await fc.assert(
      fc.asyncProperty(steps(30), async (each) => {
        const location = temporaryFolder();
        await agrees(each, () => openLevelStore({ location }), true);
      }),
      { numRuns: effort(120) },
    );
  });

  it('[S5.2] [F2] in a folder does what the model does, whoever of those who share it takes which step', async () => {
    await fc.assert(
      fc.asyncProperty(steps(12), fc.infiniteStream(fc.nat(2)), async (each, whose) => {
        const location = temporaryFolder();
        const model = new Model();
        const stores = await Promise.all([0, 1, 2].map(() => openSharedLevelStore({ location })));
        for (const step of each) {
          const store = stores[whose.next().value ?? 0] as DurableStore;
          if (step !== 'reopen') await runStep(step, store, model);
          // As if its process had just begun.
          else await (await openSharedLevelStore({ location })).close();
        }
        await runStep({ list: '', after: undefined, pageSize: 3 }, stores[0] as DurableStore, model);
        await Promise.all(stores.map((store) => store.close()));
      }),
      { numRuns: effort(40) },
    );
  }, 120_000);
});
