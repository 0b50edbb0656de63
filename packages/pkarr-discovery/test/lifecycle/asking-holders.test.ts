import { describe, expect, it } from 'vitest';
import { UPDATE_TIMEOUT_MS } from '../../src/constants.ts';
import { rejectionOf } from '../bytes.ts';
import { soon } from '../soon.ts';
import { household, ledgerOf, read, SIGNER, shown } from './household.ts';
import { derive, World } from './world.ts';

const never = new Promise<never>(() => {});

/** A household in which nobody answers any more as soon as `isAway`. */
function forsaken(who: 'signer' | 'derive') {
  const world = new World();
  const state = { isAway: false };
  const house = household(world, world.live(), {
    signer: {
      publicKey: SIGNER.publicKey,
      sign: (message) => (state.isAway && who === 'signer' ? never : SIGNER.sign(message)),
    },
    derive: (context) => (state.isAway && who === 'derive' ? never : derive(context)),
  });
  return { world, state, ...house };
}

/** Lets so much pass that somebody who is asked is asked. */
async function asked(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await soon();
}

describe.each(['signer', 'derive'] as const)('a keeper whose %s never answers', (who) => {
  it('[O3] [F3] closes all the same, and has written nothing down', async () => {
    const { world, state, keeper, queue } = forsaken(who);
    await keeper.publish();
    await queue.flush();
    await keeper.run();
    const before = await ledgerOf(world);
    state.isAway = true;
    const rotating = rejectionOf(keeper.rotate());
    await asked();
    await keeper.close();
    expect((await rotating).code).toBe('DISCOVERY_CANCELLED');
    expect(await ledgerOf(world)).toEqual(before);
    await queue.close();
    expect(world.clock.pending).toBe(0);
  });

  it('[O3] [F3] ends a call with its signal, and the next one is not held up', async () => {
    const { world, state, keeper, queue } = forsaken(who);
    await keeper.publish();
    state.isAway = true;
    const controller = new AbortController();
    const rotating = rejectionOf(keeper.rotate({ signal: controller.signal }));
    await asked();
    controller.abort();
    expect((await rotating).code).toBe('DISCOVERY_CANCELLED');
    state.isAway = false;
    await keeper.rotate();
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default#1'));
    await keeper.close();
  });

  it('[O3] [O4] gives up after two minutes, so that what is behind gets its turn', async () => {
    const { world, state, keeper, queue } = forsaken(who);
    await keeper.publish();
    state.isAway = true;
    const rotating = rejectionOf(keeper.rotate());
    const revoking = keeper.revoke({ successor: false });
    await asked();
    state.isAway = false;
    world.clock.advance(UPDATE_TIMEOUT_MS - 1);
    await asked();
    expect((await ledgerOf(world))?.keys[0]).toMatchObject({ status: 'current' });
    world.clock.advance(1);
    expect((await rotating).code).toBe('DISCOVERY_TIMED_OUT');
    await revoking;
    await queue.flush();
    expect(read(world, 'default')).toBe(`revoked ${shown('default')}`);
    await keeper.close();
  });
});
