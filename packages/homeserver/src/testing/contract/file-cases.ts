import { type ContractCases, expectCode, expectSame, expectThat } from './contract-case.ts';

const text = (bytes: Uint8Array | undefined): string => Array.from(bytes ?? []).join();

/** Files: reading, writing, deleting. */
export const fileCases: ContractCases = ({ alice, bob, room, world }) => ({
  'finds nothing where nothing was written': async () => {
    const { storage, publicKey } = await alice();
    const path = `${room()}nothing`;
    expectThat((await storage.get(publicKey, path)) === undefined, 'get gives undefined');
    expectThat((await storage.stat(publicKey, path)) === undefined, 'stat gives undefined');
    expectThat(!(await storage.exists(publicKey, path)), 'exists gives false');
    expectThat(!(await storage.delete(path)), 'delete gives false');
  },
  'reads back what was written, as its owner and as anybody': async () => {
    const { storage, publicKey } = await alice();
    const path = `${room()}file.bin`;
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
    await storage.put(path, bytes, { contentType: 'application/octet-stream' });
    expectSame(text((await storage.get(publicKey, path))?.bytes), text(bytes), 'the owner');
    expectSame(text((await world.homeserver.storage.get(publicKey, path))?.bytes), text(bytes), 'anybody');
    expectSame(text((await (await bob()).storage.get(publicKey, path))?.bytes), text(bytes), 'another one');
  },
  'tells length and etag, and another etag after another content': async () => {
    const { storage, publicKey } = await alice();
    const path = `${room()}stat`;
    await storage.put(path, Uint8Array.of(1, 2, 3));
    const first = await storage.stat(publicKey, path);
    await storage.put(path, Uint8Array.of(4, 5));
    const second = await storage.stat(publicKey, path);
    expectSame([first?.bytes, second?.bytes], [3, 2], 'lengths');
    expectThat(world.inPage || first?.etag !== undefined, 'an etag is told');
    expectThat(first?.etag === undefined || first.etag !== second?.etag, 'etags differ');
    expectSame((await storage.get(publicKey, path))?.etag, second?.etag, 'get and stat agree');
    expectThat(second?.lastModifiedMs !== undefined, 'a time is told');
  },
  'replaces a file as a whole': async () => {
    const { storage, publicKey } = await alice();
    const path = `${room()}replaced`;
    await storage.put(path, new Uint8Array(500).fill(7));
    await storage.put(path, Uint8Array.of(8));
    expectSame(text((await storage.get(publicKey, path))?.bytes), '8', 'the last one');
  },
  'deletes a file, once': async () => {
    const { storage, publicKey } = await alice();
    const path = `${room()}deleted`;
    await storage.put(path, Uint8Array.of(1));
    expectThat(await storage.delete(path), 'there was one');
    expectThat(!(await storage.delete(path)), 'there is none');
    expectThat(!(await storage.exists(publicKey, path)), 'it is gone');
  },
  'stores an empty file': async () => {
    const { storage, publicKey } = await alice();
    const path = `${room()}empty`;
    await storage.put(path, new Uint8Array());
    expectSame((await storage.get(publicKey, path))?.bytes.length, 0, 'empty');
    expectThat(await storage.exists(publicKey, path), 'but there');
  },
  'stores a megabyte': async () => {
    const { storage, publicKey } = await alice();
    const path = `${room()}megabyte`;
    const bytes = Uint8Array.from({ length: 1_048_576 }, (_, index) => (index * 31) >>> 8);
    await storage.put(path, bytes);
    const read = (await storage.get(publicKey, path))?.bytes;
    expectThat(read?.length === bytes.length && read.every((byte, at) => byte === bytes[at]), 'the same');
  },
  'reads no more than was allowed': async () => {
    const { storage, publicKey } = await alice();
    const path = `${room()}long`;
    await storage.put(path, new Uint8Array(101));
    await expectCode('HOMESERVER_ANSWER_TOO_LARGE', () =>
      storage.get(publicKey, path, { maximumBytes: 100 }),
    );
    expectSame((await storage.get(publicKey, path, { maximumBytes: 101 }))?.bytes.length, 101, 'inclusive');
  },
  'keeps the files of two people apart': async () => {
    const [one, other] = [await alice(), await bob()];
    const path = `${room()}mine`;
    await Promise.all([one.storage.put(path, Uint8Array.of(1)), other.storage.put(path, Uint8Array.of(2))]);
    expectSame(text((await one.storage.get(one.publicKey, path))?.bytes), '1', 'hers');
    expectSame(text((await one.storage.get(other.publicKey, path))?.bytes), '2', 'his');
  },
  'writes many files at the same time': async () => {
    const { storage, publicKey } = await alice();
    const directory = room();
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    await Promise.all(numbers.map((each) => storage.put(`${directory}${each}`, Uint8Array.of(each))));
    const read = await Promise.all(numbers.map((each) => storage.get(publicKey, `${directory}${each}`)));
    expectSame(
      read.map((file) => file?.bytes[0]),
      numbers,
      'each its own',
    );
  },
  'ends when its signal says so': async () => {
    const { storage, publicKey } = await alice();
    const signal = { aborted: true, addEventListener() {}, removeEventListener() {} };
    const path = `${room()}cancelled`;
    await expectCode('HOMESERVER_CANCELLED', () => storage.put(path, Uint8Array.of(1), { signal }));
    await expectCode('HOMESERVER_CANCELLED', () => storage.get(publicKey, path, { signal }));
    expectThat(!(await storage.exists(publicKey, path)), 'nothing was written');
  },
  'finds no homeserver of somebody who has none': async () => {
    const { publicKey } = world.newPerson();
    const { storage } = world.homeserver;
    await expectCode('HOMESERVER_NO_HOMESERVER', () => storage.get(publicKey, '/pub/x'));
    await expectCode('HOMESERVER_NO_HOMESERVER', () => storage.listPage(publicKey, '/pub/'));
  },
  'refuses keys of the wrong length': async () => {
    const { storage } = world.homeserver;
    await expectCode('HOMESERVER_BAD_KEY', () => storage.get(new Uint8Array(31), '/pub/x'));
    await expectCode('HOMESERVER_BAD_KEY', () => storage.listPage(new Uint8Array(33), '/pub/'));
  },
});
