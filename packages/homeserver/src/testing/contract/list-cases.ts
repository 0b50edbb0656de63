import type { HomeserverSession } from '../../sessions/homeserver.ts';
import { type ContractCases, collect, expectCode, expectSame } from './contract-case.ts';

const FILES = ['a', 'b/1', 'b/2/x', 'b.txt', 'c/deep/er/file', 'Z'];
/** Byte order: capitals before small letters, `.` before `/`. */
const SORTED = ['Z', 'a', 'b.txt', 'b/1', 'b/2/x', 'c/deep/er/file'];
const SHALLOW = ['Z', 'a', 'b.txt', 'b/', 'c/'];

async function fill({ storage }: HomeserverSession, directory: string): Promise<void> {
  for (const file of FILES) await storage.put(`${directory}${file}`, Uint8Array.of(1));
}

/** Listings. */
export const listCases: ContractCases = ({ alice, room }) => {
  const filled = async () => {
    const session = await alice();
    const directory = room();
    await fill(session, directory);
    const within = (files: readonly string[]): string[] => files.map((file) => `${directory}${file}`);
    return { storage: session.storage, publicKey: session.publicKey, directory, within };
  };
  return {
    'lists everything below a directory in byte order': async () => {
      const { storage, publicKey, directory, within } = await filled();
      expectSame(await collect(storage.list(publicKey, directory)), within(SORTED), 'all');
      const page = await storage.listPage(publicKey, directory);
      expectSame(page.paths, within(SORTED), 'one page');
    },
    'lists backwards': async () => {
      const { storage, publicKey, directory, within } = await filled();
      const listed = await collect(storage.list(publicKey, directory, { reverse: true }));
      expectSame(listed, within([...SORTED].reverse()), 'reversed');
    },
    'lists only what is directly inside': async () => {
      const { storage, publicKey, directory, within } = await filled();
      const listed = await collect(storage.list(publicKey, directory, { shallow: true }));
      expectSame(listed, within(SHALLOW), 'shallow');
      const backwards = await collect(storage.list(publicKey, directory, { shallow: true, reverse: true }));
      expectSame(backwards, within([...SHALLOW].reverse()), 'shallow and reversed');
    },
    'pages to the end, whatever the size of a page': async () => {
      const { storage, publicKey, directory, within } = await filled();
      for (const limit of [1, 2, 4, SORTED.length, 1000]) {
        expectSame(
          await collect(storage.list(publicKey, directory, { limit })),
          within(SORTED),
          `by ${limit}`,
        );
        const shallow = await collect(storage.list(publicKey, directory, { limit, shallow: true }));
        expectSame(shallow, within(SHALLOW), `shallow by ${limit}`);
        const reversed = await collect(storage.list(publicKey, directory, { limit, reverse: true }));
        expectSame(reversed, within([...SORTED].reverse()), `backwards by ${limit}`);
      }
    },
    'goes on behind the cursor of a page': async () => {
      const { storage, publicKey, directory, within } = await filled();
      const first = await storage.listPage(publicKey, directory, { limit: 4 });
      const second = await storage.listPage(publicKey, directory, { limit: 4, cursor: first.cursor });
      expectSame([...first.paths, ...second.paths], within(SORTED), 'both');
    },
    'finds a directory without files empty': async () => {
      const { storage, publicKey } = await alice();
      const page = await storage.listPage(publicKey, room());
      expectSame([page.paths, page.cursor], [[], undefined], 'empty');
    },
    'lists no neighbour whose name begins the same': async () => {
      const { storage, publicKey } = await alice();
      const directory = room();
      await storage.put(`${directory}a/file`, Uint8Array.of(1));
      await storage.put(`${directory}ab/file`, Uint8Array.of(1));
      expectSame(
        await collect(storage.list(publicKey, `${directory}a/`)),
        [`${directory}a/file`],
        'only its own',
      );
    },
    'refuses limits and cursors that are none': async () => {
      const { storage, publicKey } = await alice();
      const directory = room();
      for (const limit of [0, 1001, 1.5, Number.NaN, -1]) {
        await expectCode('HOMESERVER_BAD_LIMIT', () => storage.listPage(publicKey, directory, { limit }));
      }
      await expectCode('HOMESERVER_BAD_PATH', () =>
        storage.listPage(publicKey, directory, { cursor: '/pub/elsewhere/file' }),
      );
    },
  };
};
