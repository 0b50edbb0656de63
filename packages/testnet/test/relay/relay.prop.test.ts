import { rm } from 'node:fs/promises';
import { compareSignedPackets, type SignedPacket } from '@pubky-paykit/pkarr-discovery';
import { silentLogger } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createPacketShelf } from '../../src/relay/packet-shelf.ts';
import { openFolderStore } from '../../src/storage/folder-store.ts';
import { createMemoryStore, type Store } from '../../src/storage/store.ts';
import { identity, packet } from '../identities.ts';
import { networks, stoppedClock } from '../networks.ts';

const { folder } = networks();
const people = [identity(1), identity(2)];

/** Packets made once: signing is slow. Some have the same time and differ in their bytes only. */
const packets: SignedPacket[][] = [];

beforeAll(async () => {
  for (const who of people) {
    const own: SignedPacket[] = [];
    for (const timestamp of [5n, 5n, 6n, 7n]) own.push(await packet(who, `t${own.length}`, timestamp));
    packets.push(own);
  }
});

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ who: fc.nat(1), which: fc.nat(3), seen: fc.option(fc.nat(3)) }) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
  ),
  { maxLength: 25 },
);

describe('a shelf of packets', () => {
  it.each(['memory', 'folder'] as const)('never goes back, in %s', async (kind) => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const path = kind === 'folder' ? `${await folder()}/store` : '';
        const open = (): Promise<Store> =>
          path === '' ? Promise.resolve(createMemoryStore(1)) : openFolderStore(path, silentLogger);
        let store = await open();
        let shelf = createPacketShelf(store, stoppedClock(), 10);
        const newest: (SignedPacket | undefined)[] = [undefined, undefined];
        for (const step of list) {
          if (step === 'restart') {
            if (path === '') continue;
            await store.close();
            store = await open();
            shelf = createPacketShelf(store, stoppedClock(), 10);
            continue;
          }
          const put = packets[step.who]?.[step.which] as SignedPacket;
          const seen = step.seen === null ? undefined : packets[step.who]?.[step.seen]?.timestamp;
          const outcome = await shelf.put(put, { replacing: seen });
          const before = newest[step.who];
          const order = before === undefined ? 1 : compareSignedPackets(put, before);
          const matches = before === undefined || seen === undefined || seen === before.timestamp;
          const expected = order < 0 ? 'older' : order === 0 ? 'known' : matches ? 'stored' : 'changed';
          if (outcome !== expected) throw new Error(`${outcome} instead of ${expected}`);
          if (outcome === 'stored') newest[step.who] = put;
          for (const [at, who] of people.entries()) {
            const held = shelf.get(who.signer.publicKey)?.packet;
            const wanted = newest[at];
            const same =
              held === undefined || wanted === undefined
                ? held === wanted
                : compareSignedPackets(held, wanted) === 0;
            if (!same) throw new Error('the shelf holds another packet than the newest');
          }
        }
        await store.close();
        if (path !== '') await rm(path, { recursive: true });
      }),
      { numRuns: effort(kind === 'folder' ? 40 : 200) },
    );
  });
});
