import { randomBytes } from 'node:crypto';
import { createTestnet, type Testnet } from '@pubky-paykit/testnet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, putMany, signUp } from '../account.mjs';
import { BARE, findStorageFaults, STORAGES, type Storage } from '../candidates/storage.mjs';

const FILE = '/pub/bench.example/file';
const DIRECTORY = '/pub/bench.example/entries/';
/** The SDK by itself needs the global `fetch`, which these tests share with others: `npm run bench` tries it. */
const OURS = STORAGES.filter((candidate) => candidate !== BARE);

describe('findStorageFaults', () => {
  let testnet: Testnet;
  let account: Account;
  let paths: string[];
  const addresses = () => ({
    relay: testnet.relay.url,
    homeserver: testnet.homeserver.url,
    publicKey: testnet.homeserver.publicKey,
  });
  const faultsOf = (storage: Storage) =>
    findStorageFaults(
      storage,
      addresses(),
      { owner: account.publicKey, file: FILE, directory: DIRECTORY, paths },
      randomBytes(100),
    );
  beforeAll(async () => {
    testnet = await createTestnet();
    account = await signUp(addresses());
    paths = await putMany(account, DIRECTORY, 12);
  });
  afterAll(() => testnet.close());

  it.each(OURS)('finds none in $name', async ({ signIn }) => {
    expect(await faultsOf(await signIn(addresses(), account.seed))).toEqual([]);
  });

  it('finds whatever a storage gets wrong', async () => {
    const [{ signIn } = BARE] = OURS;
    const right = await signIn(addresses(), account.seed);
    const wrong: Storage[] = [
      { ...right, put: (path, bytes) => right.put(path, bytes.slice(1)), get: async () => undefined },
      { ...right, get: async (path) => (await right.get(path))?.slice(1) },
      { ...right, list: async (directory, limit) => right.list(directory, limit - 1) },
      { ...right, stat: async () => 0 },
    ];
    const faults = [];
    for (const storage of wrong) faults.push((await faultsOf(storage)).length > 0);
    expect(faults).toEqual([true, true, true, true]);
  });
});
