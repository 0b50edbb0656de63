import { describe, expect, it } from 'vitest';
import { SessionStoreError } from '../../src/errors.ts';
import { createMemoryStore } from '../../src/memory/memory-store.ts';
import type { DurableStore, StoreEntry } from '../../src/store/durable-store.ts';
import { mapIterator } from '../../src/store/pages.ts';
import { storeConformance, storeReopenConformance } from '../../src/testing.ts';
import { rejectionOf } from '../outcome.ts';

/** A memory store with one thing wrong, by what is wrong. */
const BROKEN: Record<string, (store: DurableStore) => Partial<DurableStore>> = {
  'ignores expectations': (store) => ({
    commit: (operations, { expect: _, ...options } = {}) => store.commit(operations, options),
  }),
  'minds only expectations about keys it writes': (store) => ({
    commit: (operations, { expect, ...options } = {}) =>
      store.commit(operations, {
        ...options,
        expect: expect?.filter(({ key }) => operations.some((each) => each.key === key)),
      }),
  }),
  'takes an expected absence for none': (store) => ({
    commit: (operations, { expect, ...options } = {}) =>
      store.commit(operations, {
        ...options,
        expect: expect?.filter(({ version }) => version !== undefined),
      }),
  }),
  'writes one operation after the other': (store) => ({
    async commit(operations, options) {
      let version = await store.commit([], { expect: options?.expect });
      for (const operation of operations) version = await store.commit([operation]);
      return version;
    },
  }),
  'writes before it looks': (store) => ({
    async commit(operations, options = {}) {
      const [first, ...rest] = operations;
      if (first !== undefined && rest.length > 0) await store.commit([first]);
      return store.commit(operations, options);
    },
  }),
  'looks first and writes later': (store) => ({
    async commit(operations, { expect, ...options } = {}) {
      await store.commit([], { expect });
      return store.commit(operations, options);
    },
  }),
  'calls equal bytes the same version': (store) => {
    const versionOf = (value: Uint8Array) => `v${value}`.slice(0, 60);
    return {
      async get(key, options) {
        const entry = await store.get(key, options);
        return entry && { ...entry, version: versionOf(entry.value) };
      },
      async commit(operations, { expect = [], ...options } = {}) {
        const seen = await Promise.all(expect.map(({ key }) => store.get(key)));
        for (const [at, { key, version }] of expect.entries()) {
          const entry = seen[at];
          if (version !== (entry && versionOf(entry.value)))
            throw new SessionStoreError('STORE_CONFLICT', { key, expected: '', found: '' });
        }
        await store.commit(operations, options);
        const put = operations.find(({ type }) => type === 'put');
        return put?.type === 'put' ? versionOf(put.value) : 'none';
      },
    };
  },
  'keeps a text for bytes of a value': (store) => ({
    async get(key, options) {
      const entry = await store.get(key, options);
      return entry && { ...entry, value: Buffer.from(Buffer.from(entry.value).toString('utf8')) };
    },
  }),
  'gives out Buffers': (store) => ({
    async get(key, options) {
      const entry = await store.get(key, options);
      return entry && { ...entry, value: Buffer.from(entry.value) };
    },
  }),
  'gives out what it keeps': (store) => {
    const kept = new Map<string, StoreEntry>();
    return {
      async get(key, options) {
        const entry = await store.get(key, options);
        if (entry === undefined) return undefined;
        if (kept.get(key)?.version !== entry.version) kept.set(key, entry);
        return kept.get(key);
      },
    };
  },
  'copies only when it writes': (store) => ({
    async commit(operations, options) {
      await Promise.resolve();
      return store.commit(operations, options);
    },
  }),
  'does not tell upper from lower case': (store) => ({
    get: (key, options) => store.get(key.toLowerCase(), options),
    commit: (operations, options) =>
      store.commit(
        operations.map((each) => ({ ...each, key: each.key.toLowerCase() })),
        options,
      ),
  }),
  'lists by the beginning of the text': (store) => ({
    list: (prefix, options) => {
      const all = store.list('', options);
      const next = async (): Promise<IteratorResult<StoreEntry>> => {
        const result = await all.next();
        return result.done || result.value.key.startsWith(prefix) ? result : next();
      };
      return { ...all, next };
    },
  }),
  'lists what begins behind the cursor twice': (store) => ({
    list: (prefix, options) =>
      store.list(prefix, { ...options, after: options?.after?.slice(0, -1) || undefined }),
  }),
  'lists values of later': (store) => ({
    list: (prefix, options) => {
      const entries = store.list(prefix, options);
      return {
        ...entries,
        async next() {
          const result = await entries.next();
          if (result.done) return result;
          return { done: false, value: (await store.get(result.value.key)) ?? result.value };
        },
      };
    },
  }),
  'ignores signals': (store) => ({
    get: (key) => store.get(key),
    commit: (operations, options = {}) => store.commit(operations, { ...options, signal: undefined }),
  }),
  'does not wait when it closes': (store) => {
    let isClosed = false;
    return {
      async commit(operations, options) {
        if (isClosed) throw new SessionStoreError('STORE_CLOSED', { because: 'closed' });
        const version = await store.commit(operations, options);
        await new Promise((resolve) => setImmediate(resolve));
        return version;
      },
      async close() {
        isClosed = true;
        await store.close();
      },
    };
  },
  'answers when it is closed': (store) => ({ async close() {}, get: (key) => store.get(key) }),
  'throws where it should reject': (store) => ({
    get(key, options) {
      if (key === '') throw new SessionStoreError('STORE_BAD_KEY', { reason: 'empty' });
      return store.get(key, options);
    },
  }),
  'shows values in errors': (store) => ({
    commit: (operations, options) =>
      store.commit(operations, options).catch((error: unknown) => {
        const shown = operations.map((each) =>
          each.type === 'put' ? Buffer.from(each.value).toString() : '',
        );
        throw Object.assign(error as Error, { stack: shown.join() });
      }),
  }),
  'takes any key': (store) => ({
    get: async (key, options) => (/^[\w/~-]+$/.test(key) ? store.get(key, options) : undefined),
  }),
  'has no bounds': (store) => ({
    async commit(operations, options) {
      let version = '';
      for (let at = 0; at === 0 || at < operations.length; at += 100) {
        version = await store.commit(operations.slice(at, at + 100), at === 0 ? options : {});
      }
      return version;
    },
  }),
  'shuffles lists': (store) => ({
    list: (prefix, options) => {
      const entries = store.list(prefix, options);
      let held: StoreEntry | undefined;
      const next = async (): Promise<IteratorResult<StoreEntry>> => {
        if (held !== undefined) {
          const value = held;
          held = undefined;
          return { done: false, value };
        }
        const [first, second] = [await entries.next(), await entries.next()];
        if (first.done || second.done) return first;
        held = first.value;
        return second;
      };
      return { ...entries, next };
    },
  }),
  'loses the version in lists': (store) => ({
    list: (prefix, options) =>
      mapIterator(
        () => store.list(prefix, options),
        (entry) => ({ ...entry, version: '' }),
      ),
  }),
};

describe('storeConformance', () => {
  it.each(Object.entries(BROKEN))('finds a store that %s', async (_, breakIt) => {
    for (const { run } of storeConformance) {
      const outcome = await rejectionOf(
        run(() => {
          const store = createMemoryStore();
          return { ...store, ...breakIt(store) };
        }),
      );
      if (outcome !== undefined) return;
    }
    throw new Error('no check finds it');
  });
});

describe('storeReopenConformance', () => {
  it.each(storeReopenConformance)('finds a store that forgets: $name', async ({ run }) => {
    expect(await rejectionOf(run(() => ({ open: async () => createMemoryStore() })))).toBeInstanceOf(Error);
  });
});
