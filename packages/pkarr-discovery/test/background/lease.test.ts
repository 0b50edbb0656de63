import { encodeUtf8 } from '@pubky-paykit/primitives';
import { ManualClock, predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { openLeases, withLease } from '../../src/background/lease.ts';
import { LEASE_MS } from '../../src/constants.ts';
import { rejectionOf } from '../bytes.ts';
import { soon } from '../soon.ts';
import { memoryStore, recordsOn } from '../stores.ts';

const random = predictableRandomForTestingOnly(1);

function place() {
  const clock = new ManualClock(1_000_000);
  const leases = openLeases(recordsOn(memoryStore(), clock), 'leases');
  const options = { leases, key: 'work', what: 'work', clock, random };
  return {
    clock,
    leases,
    take: <Result>(work: Parameters<typeof withLease<Result>>[1]) => withLease(options, work),
  };
}

describe('withLease', () => {
  it('[O3] keeps others away for as long as it works, and no longer', async () => {
    const { take, leases } = place();
    await take(async () => {
      expect(await rejectionOf(take(async () => {}))).toMatchObject({
        code: 'DISCOVERY_LEASE_HELD',
        retryable: true,
        context: { what: 'work', forMs: LEASE_MS },
      });
    });
    expect(await leases.get('work')).toBeUndefined();
    expect(await take(async () => 'done')).toBe('done');
  });

  it('[O3] is given back after a failure', async () => {
    const { take } = place();
    await expect(take(() => Promise.reject(new RangeError('x')))).rejects.toThrow(RangeError);
    await take(async () => {});
  });

  it('[O3] expires when its process is gone, to the millisecond', async () => {
    const { take, clock } = place();
    take(() => new Promise(() => {}));
    await soon();
    clock.advance(LEASE_MS - 1);
    expect((await rejectionOf(take(async () => {}))).context).toMatchObject({ forMs: 1 });
    clock.advance(1);
    await take(async () => {});
  });

  it('[O3] lasts longer when renewed, and says when somebody has taken it over', async () => {
    const { take, clock } = place();
    await take(async (lease) => {
      clock.advance(LEASE_MS - 1);
      await lease.renew();
      clock.advance(LEASE_MS - 1);
      expect((await rejectionOf(take(async () => {}))).code).toBe('DISCOVERY_LEASE_HELD');
      clock.advance(1);
      await take(async () => {
        expect((await rejectionOf(lease.renew())).code).toBe('DISCOVERY_LEASE_LOST');
      });
      // Nor is it had again when the other one is done.
      expect((await rejectionOf(lease.renew())).code).toBe('DISCOVERY_LEASE_LOST');
    });
  });

  it('[O3] does not give back what somebody else has by now', async () => {
    const { take, clock, leases } = place();
    let finish = (): void => {};
    const late = take(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await soon();
    clock.advance(LEASE_MS);
    await take(async () => {
      finish();
      await late;
      expect(await leases.get('work')).toBeDefined();
    });
  });

  it('[O3] is not kept away by a lease from a clock that was years ahead', async () => {
    const { take, leases, clock } = place();
    await leases.put('work', { holder: '0'.repeat(32), untilMs: clock.now() + LEASE_MS + 1 });
    await take(async () => {});
  });

  it('[O3] is given back by a call that was cancelled while it took it', async () => {
    const { take, leases } = place();
    for (let turns = 0; turns < 20; turns++) {
      const controller = new AbortController();
      const taking = withLeaseOf(controller.signal);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      controller.abort();
      await taking.catch((error) => expect(error).toMatchObject({ code: 'DISCOVERY_CANCELLED' }));
      expect(await leases.get('work')).toBeUndefined();
      await take(async () => {});
    }

    function withLeaseOf(signal: AbortSignal): Promise<void> {
      // A store that writes, and cannot say so any more.
      const update: typeof leases.update = async (key, change, options) => {
        const written = await leases.update(key, change);
        if (options?.signal?.aborted) throw new Error('the outcome is unknown');
        return written;
      };
      const options = { key: 'work', what: 'work', clock: new ManualClock(1_000_000), random, signal };
      return withLease({ ...options, leases: { ...leases, update } }, async () => {});
    }
  });

  it('[O3] is given back if the store cannot say whether it was taken', async () => {
    const { take, leases, clock } = place();
    let calls = 0;
    const update: typeof leases.update = async (key, change, options) => {
      const written = await leases.update(key, change, options);
      if (calls++ === 0) throw new RangeError('the outcome is unknown');
      return written;
    };
    const options = { key: 'work', what: 'work', clock, random, leases: { ...leases, update } };
    await expect(withLease(options, async () => {})).rejects.toThrow(RangeError);
    await take(async () => {});
  });

  it('[O3] is not taken for a call that was cancelled before', async () => {
    const { leases, clock } = place();
    const controller = new AbortController();
    controller.abort();
    const options = { leases, key: 'work', what: 'work', clock, random, signal: controller.signal };
    let isDone = false;
    const work = async (): Promise<void> => {
      isDone = true;
    };
    expect((await rejectionOf(withLease(options, work))).code).toBe('DISCOVERY_CANCELLED');
    expect(isDone).toBe(false);
  });

  it.each([
    ['damaged', Uint8Array.of(1, 2)],
    ['empty', new Uint8Array()],
    ['of a later version', encodeUtf8('{"format":"pubky-paykit-lease","version":2,"x":1}')],
  ])('[O3] [F3] keeps nobody away if it is %s', async (_, value) => {
    const clock = new ManualClock(1_000_000);
    const store = memoryStore();
    await store.commit([{ type: 'put', key: 'leases/work', value }]);
    const leases = openLeases(recordsOn(store, clock), 'leases');
    const options = { leases, key: 'work', what: 'work', clock, random };
    expect(await withLease(options, async () => 'done')).toBe('done');
    expect(await leases.get('work')).toBeUndefined();
  });
});
