import { zBase32 } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { MAX_OUTBOX_PUBLICATIONS } from '../../src/constants.ts';
import { outboxAfter } from '../../src/lifecycle/outbox.ts';
import type { Publication } from '../../src/publications/publication.ts';
import { filled, thrownBy } from '../bytes.ts';
import { keyPublication, revocation } from '../queue/queued.ts';
import { formerOf, household, ledgerOf, read, SIGNER, shown } from './household.ts';
import { publicationsOf } from './ledgers.ts';
import { DAY_MS, World } from './world.ts';

const identity = filled(9);
const of = (kind: 'key' | 'revocation', device: string, record = 'v=1'): Publication => {
  return { identity, device, kind, record };
};
const retirement = (device: string): Publication => ({ identity, device, kind: 'retirement' });

describe('an outbox that the queue has no room for', () => {
  it('[O4] has room for a revocation and its successor, for what the ledger has as well', () => {
    const former = Array.from({ length: 15 }, (_, number) => of('revocation', `default-${number}`));
    const newer = [of('revocation', 'default', 'new'), of('revocation', 'default-x'), of('key', 'default')];
    const full = [of('revocation', 'default', 'old'), ...former];
    expect(outboxAfter(full, newer, 'default')).toEqual([...former.slice(2), ...newer]);
  });

  it('[O3] loses nothing that nobody would say again', () => {
    const full = Array.from({ length: MAX_OUTBOX_PUBLICATIONS }, (_, number) =>
      retirement(`default-${number}`),
    );
    expect(thrownBy(() => outboxAfter(full, [of('key', 'default')], 'default')).code).toBe(
      'DISCOVERY_QUEUE_FULL',
    );
  });

  it('[O3] [O4] is never longer than the ledger can hold, and ends with what is new', () => {
    const lists = (maxLength: number) => fc.array(publicationsOf(identity), { maxLength });
    fc.assert(
      fc.property(lists(MAX_OUTBOX_PUBLICATIONS), lists(10), (outbox, newer) => {
        let after: readonly Publication[];
        try {
          after = outboxAfter(outbox, newer, 'default');
        } catch (error) {
          expect((error as { readonly code: string }).code).toBe('DISCOVERY_QUEUE_FULL');
          return;
        }
        expect(after.length).toBeLessThanOrEqual(MAX_OUTBOX_PUBLICATIONS);
        expect(after.slice(after.length - newer.length)).toEqual(newer);
      }),
      { numRuns: effort(300) },
    );
  });

  it('[O4] [S2.3] keeps no key from being revoked, again and again, and everybody is told in the end', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await queue.flush();
    const keys = Array.from({ length: 128 }, (_, number) => keyPublication({ device: `d${number}` }));
    const revocations = Array.from({ length: 32 }, (_, number) => revocation({ device: `r${number}` }));
    for (const each of [keys, revocations]) await queue.enqueue(await Promise.all(each));
    const codes = new Set<string>();
    for (let times = 0; times < 12; times++) {
      await keeper.revoke().catch(({ code }: { readonly code: string }) => codes.add(code));
    }
    expect([...codes]).toEqual(['DISCOVERY_QUEUE_FULL']);
    expect(await ledgerOf(world)).toMatchObject({ revocationCount: 12 });
    for (let times = 0; times < 3; times++) {
      await queue.flush();
      await keeper.run();
    }
    await queue.flush();
    for (const name of ['homeserver', 'packet']) {
      expect(read(world, 'default', name)).toBe(shown('default#12'));
      for (const { context, status } of (await ledgerOf(world))!.keys.slice(0, -1)) {
        expect(status).toBe('revoked');
        expect(read(world, formerOf(context), name)).toBe(`revoked ${shown(context)}`);
      }
    }
  });
});

describe('more to say again than one outbox holds', () => {
  it('[O4] [S2.3] is said in rounds, every revocation of it', async () => {
    const world = new World();
    const { keeper, queue, events } = household(world);
    await keeper.publish();
    for (let times = 0; times < 20; times++) {
      await keeper.revoke(times === 19 ? { successor: false } : {});
      await queue.flush();
    }
    const lost = `publication-queue/${zBase32.encode(SIGNER.publicKey)}`;
    await world.store.commit([{ type: 'delete', key: lost }]);
    world.clock.advance(DAY_MS);
    await keeper.run();
    const { waiting } = await queue.status();
    // Each key under its former id and the last one under the id of the device as well, for two targets.
    expect(waiting).toHaveLength(21 * 2);
    await queue.flush();
    const { length } = events;
    await keeper.run();
    expect(events.slice(length).filter(({ kind }) => kind === 'restated')).toEqual([]);
    expect((await ledgerOf(world))!.keys.every(({ announcedAtMs }) => announcedAtMs !== undefined)).toBe(
      true,
    );
  });
});
