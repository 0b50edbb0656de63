import { describe, expect, it } from 'vitest';
import { createRestamper } from '../../src/lifecycle/restamper.ts';
import type { RecordPublication } from '../../src/publications/publication.ts';
import { parseKeyRecord } from '../../src/records/key-record.ts';
import { rejectionOf } from '../bytes.ts';
import { numbered } from '../signers.ts';
import { formerOf, household, ledgerOf, read, SIGNER, shown } from './household.ts';
import { DAY_MS, World } from './world.ts';

const signal = new AbortController().signal;

/** What a target has of a device, as a publication. */
function publicationOf(world: World, device = 'default'): RecordPublication {
  const { record } = world.target('homeserver').records.get(device)!;
  return { identity: SIGNER.publicKey, device, kind: 'key', record: record! };
}

async function published(): Promise<{ world: World } & ReturnType<typeof household>> {
  const world = new World();
  const house = household(world);
  await house.keeper.publish();
  await house.keeper.rotate();
  await house.queue.flush();
  return { world, ...house };
}

describe('createRestamper', () => {
  it('[O5] signs the record of a living key again, current or former, and has the ledger know', async () => {
    const { world } = await published();
    world.clock.advance(DAY_MS);
    const restamp = createRestamper({
      openRecords: world.live().openRecords,
      signer: SIGNER,
      clock: world.clock,
    });
    for (const device of ['default', formerOf('default')]) {
      const before = publicationOf(world, device);
      const after = parseKeyRecord((await restamp(before, { signal }))!);
      expect(after.noiseKey).toEqual(parseKeyRecord(before.record).noiseKey);
      expect((await ledgerOf(world))?.stampedSeconds).toBe(after.timestampSeconds);
    }
  });

  it('[O5] [S2.3] signs nothing for a key that is not alive, of another device or another identity', async () => {
    const { world, keeper, queue } = await published();
    const { openRecords } = world.live();
    const before = publicationOf(world);
    const restampOther = createRestamper({ openRecords, signer: numbered(2), clock: world.clock });
    expect(await restampOther(before, { signal })).toBeUndefined();
    const restamp = createRestamper({ openRecords, signer: SIGNER, clock: world.clock });
    expect(await restamp({ ...before, device: formerOf('default') }, { signal })).toBeUndefined();
    await keeper.revoke();
    expect(await restamp(before, { signal })).toBeUndefined();
    // Now it stands where former keys do, and nothing says there again that it may be used.
    expect(await restamp({ ...before, device: formerOf('default#1') }, { signal })).toBeUndefined();
    await queue.close();
  });

  it('[O5] gives nothing away if the ledger was changed while it signed', async () => {
    const { world, keeper } = await published();
    const { openRecords } = world.live();
    const signer = {
      publicKey: SIGNER.publicKey,
      async sign(message: Uint8Array) {
        await keeper.restamp();
        return SIGNER.sign(message);
      },
    };
    const restamp = createRestamper({ openRecords, signer, clock: world.clock });
    expect((await rejectionOf(restamp(publicationOf(world), { signal }))).code).toBe(
      'DISCOVERY_LEDGER_CHANGED',
    );
  });

  it('[O5] brings a key through an outage of five weeks: what leaves the queue is fresh', async () => {
    const { world, keeper } = await published();
    await keeper.restamp();
    world.clock.advance(35 * DAY_MS);
    const life = world.live();
    const restamp = createRestamper({ openRecords: life.openRecords, signer: SIGNER, clock: world.clock });
    const { queue } = household(world, life, {}, { restamp });
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default#1'));
    expect(read(world, formerOf('default'))).toBe(shown('default'));
  });
});
