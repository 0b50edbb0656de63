import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import type { DurableStore } from '../../../session-store/src/index.ts';
import { createFaultyStore } from '../../../session-store/src/testing.ts';
import { deviceAddress } from '../../src/cache/device-address.ts';
import type { KeyCache } from '../../src/cache/key-cache.ts';
import { DEVICE } from '../records/key-records.ts';
import { numbered } from '../signers.ts';
import { memoryStore } from '../stores.ts';
import { A, B, DAY_MS, listed, NOW_MS, open, PEER, RECORD_A, type Setting, shown } from './caches.ts';

const OTHER = numbered(9).publicKey;
const ONCE = { contact: 'one-time' } as const;

/** A cache that cleans itself. */
const opened = (setting: Setting = {}) => open({ upkeep: {}, ...setting });

/** A record of now is seen, which lets time pass for the cache, and is a change after which it may clean itself. */
async function seeSomebody(cache: KeyCache, clock: ManualClock): Promise<void> {
  const newest = {
    timestampSeconds: BigInt(Math.floor(clock.now() / 1_000)),
    noiseKey: '09'.repeat(32),
    freshness: 'signed',
  } as const;
  await cache.memory.update(deviceAddress(OTHER, 'somebody'), (memory) => ({ ...memory, newest }));
}

const devices = async (cache: KeyCache) => (await listed(cache)).map(({ device }) => device);

/** How often the cache has been gone through, two passes each time. */
function watchedStore() {
  const store = createFaultyStore(memoryStore(), () => undefined, { clock: new ManualClock(NOW_MS) });
  return { store, passes: () => store.calls.filter(({ method }) => method === 'list').length };
}

describe('createKeyCache with upkeep', () => {
  it('removes what has expired by itself once a day, within the call that wrote something (P8 §4.5)', async () => {
    const { cache, clock } = opened();
    await cache.observe(PEER, DEVICE, [shown(A)], ONCE);
    await seeSomebody(cache, clock);
    clock.advance(7 * DAY_MS);
    await seeSomebody(cache, clock);
    expect(await devices(cache)).toEqual(['somebody']);
    expect(clock.pending).toBe(0);
  });

  it('does so once a day, however many processes come one after the other', async () => {
    const { store, passes } = watchedStore();
    const clock = new ManualClock(NOW_MS);
    for (let n = 0; n < 5; n++) {
      const { cache } = opened({ store, clock });
      await seeSomebody(cache, clock);
      await seeSomebody(cache, clock);
      clock.advance(DAY_MS / 5);
    }
    expect(passes()).toBe(2);
    const { cache } = opened({ store, clock });
    await seeSomebody(cache, clock);
    expect(passes()).toBe(4);
    clock.advance(DAY_MS - 1);
    await seeSomebody(cache, clock);
    expect(passes()).toBe(4);
    clock.advance(1);
    await seeSomebody(cache, clock);
    expect(passes()).toBe(6);
  });

  it('does not wait for the day of a clock that was ahead', async () => {
    const { store, passes } = watchedStore();
    const ahead = new ManualClock(NOW_MS + 1_000 * DAY_MS);
    await seeSomebody(opened({ store, clock: ahead }).cache, ahead);
    const clock = new ManualClock(NOW_MS);
    await seeSomebody(opened({ store, clock }).cache, clock);
    expect(passes()).toBe(4);
  });

  it('cleans nothing for a read, nor without upkeep', async () => {
    const { store, passes } = watchedStore();
    await opened({ store }).cache.read(PEER, DEVICE);
    const { cache } = open({ store });
    await cache.observe(PEER, DEVICE, [RECORD_A], ONCE);
    expect(passes()).toBe(0);
  });

  it('removes by the rules it is given what those would not use, and nothing else (P8 §4.5)', async () => {
    const longer = { 'one-time': { keepMs: 9 * DAY_MS, validateAfterMs: 0 } };
    const { cache, clock } = opened({ upkeep: { policy: { contacts: longer } } });
    await cache.observe(PEER, DEVICE, [shown(A)], ONCE);
    clock.advance(8 * DAY_MS);
    await seeSomebody(cache, clock);
    expect(await devices(cache)).toContain(DEVICE);
  });

  it.each(['list', 'get', 'commit'] as const)(
    'answers though cleaning fails at %s, and says so',
    async (at) => {
      let isBroken = false;
      const inner = memoryStore();
      const broken = (key: string): void => {
        if (isBroken && (at === 'list' || key.startsWith('peer-keys-upkeep'))) throw new Error('broken');
      };
      const store: DurableStore = {
        ...inner,
        get: async (key, options) => {
          if (at === 'get') broken(key);
          return inner.get(key, options);
        },
        commit: async (operations, options) => {
          if (at === 'commit') for (const { key } of operations) broken(key);
          return inner.commit(operations, options);
        },
        list: (prefix, options) => {
          if (at === 'list') broken(prefix);
          return inner.list(prefix, options);
        },
      };
      const counted: string[] = [];
      const telemetry = {
        count: (name: string) => void counted.push(name),
        record: () => {},
        span: () => ({ end() {} }),
      };
      const { cache } = opened({ store, telemetry });
      isBroken = true;
      const { entry } = await cache.observe(PEER, DEVICE, [shown(B)], ONCE);
      expect(entry.state).toBe('tofu');
      // A date that cannot be read is taken for none.
      expect(counted.includes('discovery.key_upkeep_failures')).toBe(at !== 'get');
    },
  );

  it('ends with the call that it is in, whose answer is written by then', async () => {
    const stopper = new AbortController();
    const inner = memoryStore();
    const store: DurableStore = {
      ...inner,
      list: (prefix, options) => {
        stopper.abort();
        const next = () => new Promise<never>(() => {});
        return { ...inner.list(prefix, options), next, [Symbol.asyncIterator]: () => ({ next }) as never };
      },
    };
    const { cache, clock } = opened({ store });
    await cache.observe(PEER, DEVICE, [shown(A)], { ...ONCE, signal: stopper.signal });
    expect(clock.pending).toBe(0);
    expect((await open({ store, clock }).cache.read(PEER, DEVICE)).entry.state).toBe('tofu');
  });
});
