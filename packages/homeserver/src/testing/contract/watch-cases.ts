import type { StorageChange } from '../../watch/changes.ts';
import { type ContractCases, expectSame, expectThat } from './contract-case.ts';

const QUICKLY = { minimumIntervalMs: 5, maximumIntervalMs: 20 };

/** Reads until a change of this path comes. */
async function until(
  changes: AsyncIterableIterator<StorageChange>,
  path: string,
  type: StorageChange['type'],
): Promise<StorageChange> {
  for (let next = await changes.next(); !next.done; next = await changes.next()) {
    if (next.value.path === path && next.value.type === type) return next.value;
  }
  throw new Error(`the watch ended before ${type} of ${path}`);
}

/** Watching, with the event stream of a server that has one and without. */
export const watchCases: ContractCases = ({ world, alice, room }) => {
  const told = async (events: boolean): Promise<void> => {
    const { storage, publicKey } = await alice();
    const directory = room();
    const [kept, path] = [`${directory}kept`, `${directory}sub/file`];
    await storage.put(kept, Uint8Array.of(1));
    const changes = storage.watch(publicKey, directory, { ...QUICKLY, events, present: true });
    expectSame((await until(changes, kept, 'put')).path, kept, 'what is there');
    await storage.put(path, Uint8Array.of(1));
    const first = await until(changes, path, 'put');
    const { etag } = (await storage.stat(publicKey, path)) ?? {};
    expectThat(etag === undefined ? world.inPage === true : first.etag === etag, 'with its etag');
    // Another length, for pages: without etags, a poll sees no change of the same length within a second.
    await storage.put(path, Uint8Array.of(2, 3));
    await until(changes, path, 'put');
    await storage.delete(path);
    await until(changes, path, 'delete');
    await changes.return?.();
    expectSame((await changes.next()).done, true, 'over');
  };
  return {
    'tells what is there, written and deleted, by events if it can': () => told(true),
    'tells what is there, written and deleted, by polling': () => told(false),
    'watches one file and nothing beside it': async () => {
      const { storage, publicKey } = await alice();
      const path = `${room()}file`;
      const changes = storage.watch(publicKey, path, { ...QUICKLY, present: true });
      await storage.put(`${path}.other`, Uint8Array.of(1));
      await storage.put(path, Uint8Array.of(1));
      expectSame((await changes.next()).value?.path, path, 'this one');
      await changes.return?.();
    },
    'ends when its signal says so': async () => {
      const { storage, publicKey } = await alice();
      const listeners = new Set<() => void>();
      const signal = {
        aborted: false,
        addEventListener: (_: 'abort', listener: () => void) => void listeners.add(listener),
        removeEventListener: (_: 'abort', listener: () => void) => void listeners.delete(listener),
      };
      const changes = storage.watch(publicKey, room(), { ...QUICKLY, signal });
      const next = changes.next();
      signal.aborted = true;
      for (const listener of [...listeners]) listener();
      expectSame((await next).done, true, 'over');
      expectSame(listeners.size, 0, 'no listener left');
    },
  };
};
