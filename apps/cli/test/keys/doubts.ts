import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { connectPeerKeys, openRecordsIn, type PeerKeys, zBase32 } from 'pubky-paykit';
import { openHomeFolder } from '../../src/home/home-folder.ts';
import { readHomeSettings } from '../../src/home/home-settings.ts';
import { fakeSurroundings } from '../home/command-run.ts';

/** The home of somebody who is in doubt about a peer. */
export interface Doubter {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

type OpenRecords = ReturnType<typeof openRecordsIn>;

async function withPeerKeys(
  { folder, environment }: Doubter,
  work: (parts: { readonly keys: PeerKeys; readonly records: OpenRecords }) => Promise<unknown>,
): Promise<void> {
  const { surroundings } = fakeSurroundings();
  const settings = readHomeSettings({ home: folder }, environment, 'keys');
  const { network, store, close } = await openHomeFolder(settings, surroundings);
  try {
    await work({ keys: connectPeerKeys({ network, store }), records: openRecordsIn(store) });
  } finally {
    await close();
  }
}

/** A first contact over XX has shown this key of a device that has published nothing. @param noiseKey 32 bytes. */
export function meet(doubter: Doubter, identity: string, noiseKey: Uint8Array): Promise<void> {
  return withPeerKeys(doubter, ({ keys }) => keys.finder.learn(zBase32.decode(identity), noiseKey));
}

/** What is kept of the default device cannot be read any more. */
export function damage(doubter: Doubter, identity: string): Promise<void> {
  const bytes = { encode: (content: Uint8Array) => content, decode: (content: Uint8Array) => content };
  return withPeerKeys(doubter, ({ records }) =>
    records('peer-keys', bytes).update(`${identity}/default`, () => Uint8Array.of(1, 2, 3), {}),
  );
}

/** What is kept of the default device has rotted on the disk. */
export async function rot({ folder }: Doubter, identity: string): Promise<void> {
  const database = new ClassicLevel<string, Uint8Array>(join(folder, 'store'), { valueEncoding: 'view' });
  try {
    const key = `data/peer-keys/${identity}/default`;
    const bytes = (await database.get(key)) as Uint8Array;
    await database.put(key, bytes.with(-1, (bytes.at(-1) as number) ^ 1));
  } finally {
    await database.close();
  }
}

/** The ids under which something is kept of anybody, those of former keys included. */
export async function idsKeptBy(doubter: Doubter): Promise<readonly string[]> {
  const ids: string[] = [];
  await withPeerKeys(doubter, async ({ keys }) => {
    for await (const { device } of keys.cache.list()) ids.push(device);
  });
  return ids;
}
