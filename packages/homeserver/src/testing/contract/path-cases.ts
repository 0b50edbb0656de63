import { type ContractCases, collect, expectCode, expectSame } from './contract-case.ts';

const NAMES = [
  'My notes.txt',
  '100% sure',
  'a+b&c=d',
  'why?',
  '#1',
  'über',
  '日本',
  '👋',
  "it's (here)!*",
  'semi;colon:comma,',
  '~tilde',
  '[brackets]{braces}',
  '"quoted"',
  '<script>',
  '%20',
  'a.b..c',
  'line\u2028separator',
];

const REFUSED = [
  'pub/relative',
  '/elsewhere/file',
  '/pub',
  '/pub/../etc/passwd',
  '/pub/a/../../b',
  '/pub/./a',
  '/pub//a',
  '/pub/a%2fb',
  '/pub/a\\b',
  '/pub/%2e%2e/a',
  '/pub/a%00b',
  '/pub/a\u0000b',
  '/pub/a\nb',
  '/pub/a\u007f',
  '/pub/\ud800',
  '/pub/trailing..',
  `/pub/${'x'.repeat(256)}`,
  `/pub/${'x'.repeat(10_000)}`,
  `/pub${'/x'.repeat(2100)}`,
];

/** Names: what may be in one, and what never leaves this machine. */
export const pathCases: ContractCases = ({ alice, room }) => ({
  'keeps every character of a name': async () => {
    const { storage, publicKey } = await alice();
    const directory = room();
    for (const [index, name] of NAMES.entries()) {
      await storage.put(`${directory}${name}`, Uint8Array.of(index));
    }
    const read = await Promise.all(NAMES.map((name) => storage.get(publicKey, `${directory}${name}`)));
    expectSame(
      read.map((file) => file?.bytes[0]),
      NAMES.map((_, index) => index),
      'each its own',
    );
    const listed = await collect(storage.list(publicKey, directory));
    expectSame([...listed].sort(), NAMES.map((name) => `${directory}${name}`).sort(), 'listed as written');
  },
  'keeps names in directories with such names': async () => {
    const { storage, publicKey } = await alice();
    const directory = `${room()}My folder/ü+/`;
    await storage.put(`${directory}file`, Uint8Array.of(1));
    expectSame(await collect(storage.list(publicKey, directory)), [`${directory}file`], 'listed');
  },
  'refuses paths that are none, before anything is sent': async () => {
    const { storage, publicKey } = await alice();
    for (const path of REFUSED) {
      await expectCode('HOMESERVER_BAD_PATH', () => storage.get(publicKey, path));
      await expectCode('HOMESERVER_BAD_PATH', () => storage.put(path, Uint8Array.of(1)));
      await expectCode('HOMESERVER_BAD_PATH', () => storage.delete(path));
    }
  },
  'tells files and directories apart': async () => {
    const { storage, publicKey } = await alice();
    const directory = room();
    await expectCode('HOMESERVER_BAD_PATH', () => storage.put(directory, Uint8Array.of(1)));
    await expectCode('HOMESERVER_BAD_PATH', () => storage.get(publicKey, directory));
    await expectCode('HOMESERVER_BAD_PATH', () => storage.listPage(publicKey, directory.slice(0, -1)));
  },
});
