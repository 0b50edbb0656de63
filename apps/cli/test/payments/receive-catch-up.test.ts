import type { KeyLedger, OwnKeys } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { createCatchUp } from '../../src/payments/receive-catch-up.ts';
import { createStandingClock } from './standing-clock.ts';

type KeeperStatus = Awaited<ReturnType<OwnKeys['keeper']['status']>>;

const HOUR_MS = 3_600_000;
const { signal } = new AbortController();

/** As far as it is looked at: a ledger of these keys, of which the last may be published everywhere. */
function ledgerOf(revision: number, contexts: readonly string[], isConfirmed: boolean): KeyLedger {
  const keys = contexts.map((context, at) => {
    const status = at === contexts.length - 1 ? 'current' : 'former';
    return { context, status, ...(isConfirmed && { publishedAtMs: 1 }) };
  });
  return { revision, keys } as unknown as KeyLedger;
}

/** A keeper whose runs a test says the effect of. */
function catchingUp(onRun: (world: { revision: number; published(): void }) => void = () => {}) {
  const clock = createStandingClock();
  const world = {
    revision: 1,
    contexts: ['default'],
    isConfirmed: true,
    runs: 0,
    published: (): void => catchUp.published(),
  };
  const status = async (): Promise<KeeperStatus> => ({
    ledger: ledgerOf(world.revision, world.contexts, world.isConfirmed),
    next: undefined,
  });
  const keeper = {
    status,
    async run() {
      world.runs += 1;
      onRun(world);
      return status();
    },
  };
  const catchUp = createCatchUp({ keeper, clock, revision: 1 });
  return { clock, world, catchUp };
}

describe('createCatchUp', () => {
  it('runs once for what another command has changed, and for what was published [O4]', async () => {
    const { world, catchUp } = catchingUp();
    await catchUp.run(signal);
    expect(world.runs).toBe(0);
    world.revision += 1;
    await catchUp.run(signal);
    await catchUp.run(signal);
    expect(world.runs).toBe(1);
    catchUp.published();
    await catchUp.run(signal);
    await catchUp.run(signal);
    expect(world.runs).toBe(2);
  });

  it('does nothing for what its own run has changed', async () => {
    const { world, catchUp } = catchingUp((keeper) => {
      keeper.revision += 1;
    });
    catchUp.published();
    for (let look = 0; look < 20; look++) await catchUp.run(signal);
    expect(world.runs).toBe(1);
  });

  it.each(['its own run', 'the keeper, which its run has woken'])(
    'runs a few times an hour for a target that never takes what it is told again by %s [O5]',
    async (who) => {
      const { clock, world, catchUp } = catchingUp((keeper) => {
        keeper.revision += 1;
        keeper.published();
      });
      for (let hour = 1; hour <= 24; hour++) {
        world.revision += 1;
        for (let look = 0; look < 240; look++) {
          await catchUp.run(signal);
          if (who !== 'its own run') world.revision += 1;
        }
        expect(world.runs).toBeLessThanOrEqual(hour * 5);
        clock.jump(HOUR_MS);
      }
    },
  );

  it('runs again at once for a change that payers notice, however many runs came to nothing [O4]', async () => {
    const { world, catchUp } = catchingUp((keeper) => keeper.published());
    catchUp.published();
    for (let look = 0; look < 20; look++) await catchUp.run(signal);
    const idle = world.runs;
    world.contexts = ['default', 'default#1'];
    world.isConfirmed = false;
    await catchUp.run(signal);
    expect(world.runs).toBe(idle + 1);
    world.isConfirmed = true;
    await catchUp.run(signal);
    expect(world.runs).toBe(idle + 2);
  });

  it('does it the next time where a run fails [O5]', async () => {
    let isFailing = true;
    const { world, catchUp } = catchingUp(() => {
      if (isFailing) throw new Error('nobody answers');
    });
    catchUp.published();
    await expect(catchUp.run(signal)).rejects.toThrow('nobody answers');
    isFailing = false;
    await catchUp.run(signal);
    await catchUp.run(signal);
    expect(world.runs).toBe(2);
  });
});
