import { hex, zBase32 } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { currentKey } from '../../src/lifecycle/key-ledger.ts';
import { parseKeyRecord } from '../../src/records/key-record.ts';
import { formerOf, household, ledgerOf, SIGNER } from './household.ts';
import { DAY_MS, World } from './world.ts';

type House = ReturnType<typeof household>;

/** What happens to a household: its owner does something, a target comes or goes, or what the queue knew is lost. */
const HAPPENINGS = {
  publish: ({ keeper }) => keeper.publish(),
  rotate: ({ keeper }) => keeper.rotate(),
  revoke: ({ keeper }) => keeper.revoke(),
  'revoke for good': ({ keeper }) => keeper.revoke({ successor: false }),
  run: ({ keeper }) => keeper.run(),
  flush: ({ queue }) => queue.flush(),
} as const satisfies Record<string, (house: House) => Promise<unknown>>;

type Happening = keyof typeof HAPPENINGS | 'lose the queue' | 'fewer targets' | 'all targets';

const happenings = fc.array(
  fc.constantFrom<Happening>(
    ...(Object.keys(HAPPENINGS) as (keyof typeof HAPPENINGS)[]),
    'lose the queue',
    'fewer targets',
    'all targets',
  ),
  { maxLength: 14 },
);

async function liveThrough(world: World, list: readonly Happening[]): Promise<void> {
  const life = world.live();
  const all = household(world, life);
  const fewer = household(world, { ...life, targets: life.targets.slice(0, 1) });
  let house = all;
  for (const each of list) {
    world.clock.advance(2_000);
    if (each === 'lose the queue') {
      const key = `publication-queue/${zBase32.encode(SIGNER.publicKey)}`;
      await world.store.commit([{ type: 'delete', key }]);
    } else if (each === 'fewer targets' || each === 'all targets') {
      house = each === 'fewer targets' ? fewer : all;
    } else {
      await HAPPENINGS[each](house).catch(({ code }: { readonly code?: string }) => {
        expect(['DISCOVERY_NO_CURRENT_KEY', 'DISCOVERY_TOO_MANY_KEYS']).toContain(code);
      });
    }
  }
  // What was said again a short while ago waits for a day at most.
  world.clock.advance(DAY_MS);
  // One look at everything, with all targets there.
  await all.keeper.run();
  await all.queue.flush();
}

describe('the keeper', () => {
  it('[O3] [O4] [S2.3] brings every target to what the ledger says, whatever came later, went or was lost', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (list) => {
        const world = new World();
        await liveThrough(world, ['publish', ...list]);
        const ledger = (await ledgerOf(world))!;
        for (const { records } of world.targets) {
          for (const { status, context, noiseKey } of ledger.keys) {
            const standing = records.get(status === 'current' ? 'default' : formerOf(context));
            expect(standing?.kind).toBe(status === 'revoked' ? 'revocation' : 'key');
            expect(hex.encode(parseKeyRecord(standing!.record!).noiseKey)).toBe(hex.encode(noiseKey));
          }
          if (currentKey(ledger) === undefined) expect(records.get('default')?.kind).toBe('revocation');
        }
        // And then there is nothing left to say.
        const { keeper, queue, events } = household(world);
        await keeper.run();
        expect(events.filter(({ kind }) => kind === 'restated')).toEqual([]);
        expect((await queue.status()).waiting).toEqual([]);
      }),
      { numRuns: effort(100) },
    );
  });
});
