import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import type { DurableStore } from '../../../session-store/src/index.ts';
import { deviceAddress } from '../../src/cache/device-address.ts';
import type { KeyCache } from '../../src/cache/key-cache.ts';
import { rememberKeyRecord } from '../../src/records/roll-back.ts';
import { DEVICE, verifiedKey, verifiedRevocation } from '../records/key-records.ts';
import { numbered } from '../signers.ts';
import { A, B, DAY_MS, FREQUENT, listed, NO_A, open, PEER, RECORD_A, shown, stateIn } from './caches.ts';

const OTHER = numbered(9).publicKey;

/** Somebody's record of that time has been seen. */
async function witness(cache: KeyCache, atMs: number): Promise<void> {
  const timestampSeconds = BigInt(Math.floor(atMs / 1_000));
  const newest = { timestampSeconds, noiseKey: '09'.repeat(32), freshness: 'signed' } as const;
  await cache.memory.update(deviceAddress(OTHER, 'witness'), (memory) => ({ ...memory, newest }));
}

describe('createKeyCache', () => {
  describe('prune', () => {
    it('removes keys that have expired by their class of contacts, or whose record is too old, and no memory', async () => {
      const { cache, clock } = open();
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      await cache.observe(PEER, 'laptop', [shown(A)], { contact: 'one-time' });
      clock.advance(7 * DAY_MS);
      await witness(cache, clock.now());
      expect(await cache.prune()).toEqual({
        devices: 3,
        expired: 1,
        forgotten: 0,
        unreadable: 0,
        strangers: 1,
      });
      expect((await listed(cache)).map(({ device }) => device)).toEqual(['witness', DEVICE]);
      clock.advance(22 * DAY_MS + 2_000);
      await witness(cache, clock.now());
      expect((await cache.prune()).expired).toBe(1);
      expect(await cache.prune()).toMatchObject({ devices: 2, expired: 0 });
      expect((await cache.read(PEER, DEVICE)).memory.newest).toBeDefined();
    });

    it('forgets devices that nobody has looked for in 400 days, but no revoked key and no conflict [S2.3]', async () => {
      const { cache, clock } = open();
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      await cache.observe(numbered(2).publicKey, 'a', [shown(A), shown(B)], FREQUENT);
      await cache.observe(PEER, 'b', [await verifiedRevocation({ device: 'b' })], FREQUENT);
      clock.advance(400 * DAY_MS - 1_000);
      await witness(cache, clock.now());
      expect((await cache.prune()).forgotten).toBe(0);
      clock.advance(1_000);
      await witness(cache, clock.now());
      expect((await cache.prune()).forgotten).toBe(1);
      expect((await listed(cache)).map(({ device }) => device).sort()).toEqual(['a', 'b', 'witness']);
    });

    it('keeps what a discovery remembers of strangers as long as it protects from anything, and no longer [S2.3]', async () => {
      const { cache, clock } = open();
      const unsigned = await verifiedKey({ unsigned: true });
      const remember = () =>
        cache.memory.update(
          deviceAddress(PEER, DEVICE),
          (memory) => rememberKeyRecord(memory, unsigned).memory,
        );
      await remember();
      clock.advance(30 * DAY_MS + 300_000);
      await witness(cache, clock.now());
      expect((await cache.prune()).forgotten).toBe(0);
      expect((await cache.read(PEER, DEVICE)).memory.newest).toBeDefined();
      clock.advance(1_000);
      await witness(cache, clock.now());
      expect((await cache.prune()).forgotten).toBe(1);
      expect((await cache.read(PEER, DEVICE)).memory.newest).toBeUndefined();
    });

    it('remembers far longer that a stranger signs: anybody can make an unsigned copy of a record (P8 W-09) [S2.3]', async () => {
      const { cache, clock } = open({ maximumStrangers: 2 });
      const address = deviceAddress(PEER, DEVICE);
      const remember = () =>
        cache.memory.update(address, (memory) => rememberKeyRecord(memory, RECORD_A).memory);
      const isKnown = async () => (await cache.read(PEER, DEVICE)).memory.newest !== undefined;
      await remember();
      clock.advance(37 * DAY_MS);
      await witness(cache, clock.now());
      // Two strangers are many here.
      expect([(await cache.prune()).forgotten, await isKnown()]).toEqual([0, true]);
      clock.advance(1_000);
      await witness(cache, clock.now());
      expect([(await cache.prune()).forgotten, await isKnown()]).toEqual([1, false]);

      const roomy = open();
      await roomy.cache.memory.update(address, (memory) => rememberKeyRecord(memory, RECORD_A).memory);
      roomy.clock.advance(400 * DAY_MS);
      await witness(roomy.cache, roomy.clock.now());
      expect((await roomy.cache.prune()).forgotten).toBe(0);
      roomy.clock.advance(1_000);
      await witness(roomy.cache, roomy.clock.now());
      expect((await roomy.cache.prune()).forgotten).toBe(1);
    });

    describe('revocations of strangers', () => {
      const STRANGER = deviceAddress(PEER, DEVICE);
      const see = (cache: KeyCache, address = STRANGER) =>
        cache.memory.update(address, (memory) => rememberKeyRecord(memory, NO_A).memory);
      const revoked = async (cache: KeyCache) =>
        (await cache.read(PEER, DEVICE)).memory.revokedKeys.length === 1;

      it('are kept for 400 days after they were last seen, whatever their date, and not for ever [S2.3]', async () => {
        const { cache, clock } = open();
        await see(cache);
        clock.advance(100 * DAY_MS);
        await see(cache);
        clock.advance(400 * DAY_MS - 1_000);
        await witness(cache, clock.now());
        expect(await cache.prune()).toMatchObject({ forgotten: 0, strangers: 2 });
        expect(await revoked(cache)).toBe(true);
        clock.advance(1_000);
        await witness(cache, clock.now());
        expect(await cache.prune()).toMatchObject({ forgotten: 1, strangers: 1 });
        expect(await revoked(cache)).toBe(false);
      });

      it('are kept for ever if somebody was looked for [S2.3]', async () => {
        const { cache, clock } = open();
        await cache.observe(PEER, DEVICE, [RECORD_A], { contact: 'high-security' });
        await see(cache);
        clock.advance(4_000 * DAY_MS);
        await witness(cache, clock.now());
        expect((await cache.prune()).forgotten).toBe(0);
        expect(await revoked(cache)).toBe(true);
      });

      it('are pushed out by no crowd as long as a record signed before may be fresh, and make room then [S2.3]', async () => {
        const { cache, clock } = open({ maximumStrangers: 6 });
        await see(cache);
        await witness(cache, clock.now());
        for (let n = 20; n < 60; n++) await see(cache, deviceAddress(numbered(n).publicKey, 'crowd'));
        expect((await listed(cache)).length).toBe(6);
        clock.advance(37 * DAY_MS - 1_000);
        await witness(cache, clock.now());
        expect(await cache.prune()).toMatchObject({ forgotten: 0, strangers: 6 });
        await see(cache, deviceAddress(numbered(60).publicKey, 'late'));
        expect([(await listed(cache)).length, await revoked(cache)]).toEqual([6, true]);
        clock.advance(1_000);
        await witness(cache, clock.now());
        expect(await cache.prune()).toMatchObject({ forgotten: 5, strangers: 1 });
        await see(cache, deviceAddress(numbered(60).publicKey, 'late'));
        expect((await listed(cache)).length).toBe(2);
      });

      it('find room without end for those who are looked for (P8 §4.5)', async () => {
        const { cache } = open({ maximumStrangers: 0 });
        await see(cache);
        expect(await revoked(cache)).toBe(false);
        await cache.observe(PEER, DEVICE, [NO_A], FREQUENT);
        expect(await revoked(cache)).toBe(true);
        for (const maximumStrangers of [-1, 1.5, Number.NaN]) {
          expect(() => open({ maximumStrangers })).toThrow(RangeError);
        }
      });
    });

    it('leaves alone what was used since it was judged', async () => {
      const { store, cache, clock } = open();
      await cache.observe(PEER, DEVICE, [shown(A)], { contact: 'one-time' });
      clock.advance(7 * DAY_MS);
      await witness(cache, clock.now());
      const other = open({ store, clock }).cache;
      let isUsed = false;
      let passes = 0;
      const slow: DurableStore = {
        ...store,
        list(prefix, options) {
          const entries = store.list(prefix, options);
          passes += 1;
          const next = async () => {
            const page = await entries.next();
            // Between the look at it and the change; the first pass looks at nothing but times.
            if (passes < 2 || isUsed) return page;
            await other.observe(PEER, DEVICE, [shown(A)], FREQUENT);
            isUsed = true;
            return page;
          };
          return { ...entries, next, [Symbol.asyncIterator]: () => ({ ...entries, next }) as never };
        },
      };
      await open({ store: slow, clock }).cache.prune();
      expect([isUsed, await stateIn(open({ store, clock }).cache)]).toEqual([true, 'tofu']);
    });

    it.each([1, 30, 500, 10_000])(
      'forgets nothing by a clock %d days ahead, which no record bears out [S2.3]',
      async (days) => {
        const { store, cache, clock } = open();
        await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
        await cache.observe(PEER, 'laptop', [shown(A)], { contact: 'one-time' });
        await witness(cache, clock.now());
        const before = await listed(cache);
        const ahead = new ManualClock(clock.now() + days * DAY_MS);
        expect(await open({ store, clock: ahead }).cache.prune()).toMatchObject({ expired: 0, forgotten: 0 });
        expect(await listed(cache)).toEqual(before);
      },
    );

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
