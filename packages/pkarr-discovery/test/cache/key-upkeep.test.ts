import { describe, expect, it } from 'vitest';
import type { DurableStore } from '../../../session-store/src/index.ts';
import { deviceAddress } from '../../src/cache/device-address.ts';
import { rememberKeyRecord } from '../../src/records/roll-back.ts';
import { rejectionOf } from '../bytes.ts';
import { DEVICE, verifiedRevocation } from '../records/key-records.ts';
import { numbered } from '../signers.ts';
import { A, B, DAY_MS, FREQUENT, listed, NO_A, open, PEER, RECORD_A, shown, stateIn } from './caches.ts';

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
      expect(await cache.prune()).toEqual({ devices: 2, expired: 0, forgotten: 0, unreadable: 1 });
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

    it('can be cancelled, also if the store does not care', async () => {
      const { cache } = open();
      for (const device of ['a', 'b']) await cache.observe(PEER, device, [shown(A)], FREQUENT);
      const stopper = new AbortController();
      const list = cache.list({ signal: stopper.signal });
      await list.next();
      stopper.abort();
      expect((await rejectionOf(list.next())).code).toMatch(/CANCELLED$/);
    });
  });

  describe('prune', () => {
    it('removes keys that have expired by their class of contacts, or whose record is too old, and no memory', async () => {
      const { cache, clock } = open();
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      await cache.observe(PEER, 'laptop', [shown(A)], { contact: 'one-time' });
      clock.advance(7 * DAY_MS);
      expect(await cache.prune()).toEqual({ devices: 2, expired: 1, forgotten: 0, unreadable: 0 });
      expect((await listed(cache)).map(({ device }) => device)).toEqual([DEVICE]);
      clock.advance(22 * DAY_MS + 2_000);
      expect((await cache.prune()).expired).toBe(1);
      expect(await cache.prune()).toMatchObject({ devices: 1, expired: 0 });
      expect((await cache.read(PEER, DEVICE)).memory.newest).toBeDefined();
    });

    it('forgets devices that nobody has looked for in 400 days, but no revoked key and no conflict', async () => {
      const { cache, clock } = open();
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      await cache.observe(numbered(2).publicKey, 'a', [shown(A), shown(B)], FREQUENT);
      await cache.observe(PEER, 'b', [await verifiedRevocation({ device: 'b' })], FREQUENT);
      clock.advance(400 * DAY_MS - 1);
      expect((await cache.prune()).forgotten).toBe(0);
      clock.advance(1);
      expect((await cache.prune()).forgotten).toBe(1);
      expect((await listed(cache)).map(({ device }) => device).sort()).toEqual(['a', 'b']);
    });

    it('keeps what a discovery remembers of strangers as long as it protects from anything, and no longer [S2.3]', async () => {
      const { cache, clock } = open();
      const remember = () =>
        cache.memory.update(
          deviceAddress(PEER, DEVICE),
          (memory) => rememberKeyRecord(memory, RECORD_A).memory,
        );
      await remember();
      clock.advance(29 * DAY_MS + 300_000);
      expect((await cache.prune()).forgotten).toBe(0);
      expect((await cache.read(PEER, DEVICE)).memory.newest).toBeDefined();
      clock.advance(1_000);
      expect((await cache.prune()).forgotten).toBe(1);
      expect((await cache.read(PEER, DEVICE)).memory.newest).toBeUndefined();
    });

    it('leaves alone what was used since it was judged', async () => {
      const { store, cache, clock } = open();
      await cache.observe(PEER, DEVICE, [shown(A)], { contact: 'one-time' });
      clock.advance(7 * DAY_MS);
      const other = open({ store, clock }).cache;
      let isUsed = false;
      const slow: DurableStore = {
        ...store,
        list(prefix, options) {
          const entries = store.list(prefix, options);
          const next = async () => {
            const page = await entries.next();
            // Between the look at it and the change.
            if (!isUsed) await other.observe(PEER, DEVICE, [shown(A)], FREQUENT);
            isUsed = true;
            return page;
          };
          return { ...entries, next, [Symbol.asyncIterator]: () => ({ ...entries, next }) as never };
        },
      };
      await open({ store: slow, clock }).cache.prune();
      expect(await stateIn(open({ store, clock }).cache)).toBe('tofu');
    });

    it('goes through ten thousand devices without holding them', async () => {
      const { cache, clock, store } = open({ viewDevices: 10 });
      await cache.observe(PEER, 'd', [shown(A)], { contact: 'one-time' });
      let value: Uint8Array | undefined;
      for await (const entry of store.list('peer-keys')) value = entry.value;
      // Each is damaged, being of another device, which only those who use it are told.
      const copy = value ?? new Uint8Array(0);
      for (let batch = 0; batch < 40; batch++) {
        const operations = Array.from({ length: 250 }, (_, i) => {
          const key = `peer-keys/${'y'.repeat(52)}/d-${batch}-${i}`;
          return { type: 'put', key, value: copy } as const;
        });
        await store.commit(operations);
      }
      const report = await cache.prune();
      expect([report.devices, clock.pending]).toEqual([10_001, 0]);
    });
  });
});
