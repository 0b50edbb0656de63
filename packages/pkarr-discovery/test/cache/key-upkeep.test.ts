import { describe, expect, it } from 'vitest';
import { deviceAddress } from '../../src/cache/device-address.ts';
import { rejectionOf } from '../bytes.ts';
import { DEVICE } from '../records/key-records.ts';
import { rottenStore } from '../rotten-store.ts';
import { A, B, DAY_MS, FREQUENT, listed, NO_A, open, PEER, RECORD_A, shown, stateIn } from './caches.ts';

const MARK = { noiseKey: '09'.repeat(32), freshness: 'signed' } as const;

describe('createKeyCache', () => {
  describe('damaged entries', () => {
    async function damaged(change: (value: Uint8Array) => Uint8Array) {
      const { store, cache, clock } = open();
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      await cache.observe(PEER, 'laptop', [shown(A)], FREQUENT);
      for await (const { key, value } of store.list('peer-keys')) {
        if (key.endsWith(DEVICE)) await store.commit([{ type: 'put', key, value: change(value) }]);
      }
      return open({ store, clock });
    }
    const flip = (value: Uint8Array) => value.map((byte, i) => (i === 60 ? byte ^ 1 : byte));

    it('are no key, and refuse every use until their history is forgotten [F3]', async () => {
      const { cache } = await damaged(flip);
      const uses = [
        () => cache.read(PEER, DEVICE),
        () => cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT),
        () => cache.touch(PEER, DEVICE, FREQUENT),
        () => cache.forget(PEER, DEVICE),
        () => cache.accept(PEER, DEVICE, A, FREQUENT),
        () => cache.memory.update(deviceAddress(PEER, DEVICE), (memory) => memory),
      ];
      for (const use of uses) expect((await rejectionOf(use())).code).toBe('DISCOVERY_CACHED_KEY_DAMAGED');
      await cache.forgetHistory(PEER, DEVICE);
      expect(await stateIn(cache)).toBe('unknown');
    });

    it('are left alone if a later version has written them', async () => {
      const { cache, store } = await damaged((value) => Uint8Array.of(9, ...value.subarray(1)));
      expect((await rejectionOf(cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT))).code).toBe(
        'DISCOVERY_CACHED_KEY_NEWER',
      );
      expect((await listed(open({ store }).cache)).map(({ error }) => error?.code)).toContain(
        'DISCOVERY_CACHED_KEY_NEWER',
      );
    });

    it('spoil neither the list nor the cleaning of others', async () => {
      const { cache } = await damaged(flip);
      const all = await listed(cache);
      expect(all.map(({ device, state, error }) => [device, state, error?.code])).toEqual([
        ['laptop', 'tofu', undefined],
        [DEVICE, undefined, 'DISCOVERY_CACHED_KEY_DAMAGED'],
      ]);
      expect(await cache.prune()).toEqual({
        devices: 2,
        expired: 0,
        forgotten: 0,
        unreadable: 1,
        strangers: 0,
      });
    });
  });

  describe('entries that have rotted in the store', () => {
    async function rotted() {
      const { store, cache, clock } = open();
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      await cache.observe(PEER, 'laptop', [shown(A)], { contact: 'one-time' });
      const rotten = rottenStore(store, (key) => key.startsWith('peer-keys/') && key.endsWith(DEVICE));
      return { ...open({ store: rotten, clock, upkeep: {} }), sound: store };
    }

    it('are no key, and refuse every use until their history is forgotten [F3]', async () => {
      const { cache, sound, clock } = await rotted();
      const uses = [
        () => cache.read(PEER, DEVICE),
        () => cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT),
        () => cache.memory.update(deviceAddress(PEER, DEVICE), (memory) => memory),
      ];
      for (const use of uses) expect((await rejectionOf(use())).code).toBe('STORE_CORRUPTED');
      await cache.forgetHistory(PEER, DEVICE);
      expect(await stateIn(open({ store: sound, clock }).cache)).toBe('unknown');
    });

    it('hide none of the others from a list, which says that they are missing', async () => {
      const { cache } = await rotted();
      const devices: string[] = [];
      const listing = async () => {
        for await (const { device } of cache.list()) devices.push(device);
      };
      expect(await rejectionOf(listing())).toMatchObject({
        code: 'STORE_LIST_INCOMPLETE',
        context: { count: 1 },
      });
      expect(devices).toEqual(['laptop']);
    });

    it('are left alone by a cleaning of all others, which is done with then', async () => {
      const { cache, clock, store } = await rotted();
      clock.advance(7 * DAY_MS);
      const newest = { ...MARK, timestampSeconds: BigInt(Math.floor(clock.now() / 1_000)) };
      await cache.memory.update(deviceAddress(PEER, 'witness'), (memory) => ({ ...memory, newest }));
      expect(await stateIn(cache, 'laptop')).toBe('unknown');
      const date = await store.get('peer-keys-upkeep/pruned');
      expect(date).toBeDefined();
      expect(await cache.prune()).toMatchObject({ devices: 2, expired: 0, unreadable: 1, strangers: 1 });
    });
  });

  describe('list', () => {
    it('shows each device by the first bytes of its key, and no key to connect with', async () => {
      const { cache } = open();
      await cache.observe(PEER, DEVICE, [RECORD_A, NO_A], FREQUENT);
      await cache.observe(PEER, 'laptop', [shown(A), shown(B)], { contact: 'one-time' });
      expect(await listed(cache)).toMatchObject([
        {
          device: 'laptop',
          state: 'conflict',
          keyPrefix: '03'.repeat(8),
          rivalPrefix: '04'.repeat(8),
          contact: 'one-time',
        },
        {
          device: DEVICE,
          state: 'revoked',
          keyPrefix: '03'.repeat(8),
          rivalPrefix: undefined,
          revokedKeys: 1,
        },
      ]);
    });

    it('can be cancelled, also if the store does not care [T2]', async () => {
      const { cache } = open();
      for (const device of ['a', 'b']) await cache.observe(PEER, device, [shown(A)], FREQUENT);
      const stopper = new AbortController();
      const list = cache.list({ signal: stopper.signal });
      await list.next();
      stopper.abort();
      expect((await rejectionOf(list.next())).code).toMatch(/CANCELLED$/);
    });
  });
});
