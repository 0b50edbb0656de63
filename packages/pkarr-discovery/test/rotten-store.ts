import { type DurableStore, SessionStoreError } from '../../session-store/src/index.ts';

/** A store as a folder is in which some entries have rotted; writing over them, or deleting them, is possible. */
export function rottenStore(store: DurableStore, isRotten: (key: string) => boolean): DurableStore {
  const refused = (key: string) =>
    new SessionStoreError('STORE_CORRUPTED', { what: `the entry under ${key}` });
  return {
    ...store,
    async get(key, options) {
      if (isRotten(key)) throw refused(key);
      return store.get(key, options);
    },
    list(prefix, options) {
      const entries = store.list(prefix, options);
      const rotten: string[] = [];
      const next = async () => {
        for (;;) {
          const result = await entries.next();
          if (result.done) break;
          if (!isRotten(result.value.key)) return result;
          rotten.push(result.value.key);
        }
        const [key] = rotten;
        const count = rotten.splice(0).length;
        if (key === undefined) return { done: true, value: undefined } as const;
        throw new SessionStoreError('STORE_LIST_INCOMPLETE', { key, count }, { cause: refused(key) });
      };
      return { ...entries, next };
    },
  };
}
