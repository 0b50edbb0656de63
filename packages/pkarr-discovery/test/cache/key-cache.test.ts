import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import type { DurableStore } from '../../../session-store/src/index.ts';
import { createFaultyStore, type StoreFault } from '../../../session-store/src/testing.ts';
import { deviceAddress } from '../../src/cache/device-address.ts';
import type { KeyCache } from '../../src/cache/key-cache.ts';
import { withRevokedKey } from '../../src/records/roll-back.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { DEVICE, verifiedRevocation } from '../records/key-records.ts';
import { numbered } from '../signers.ts';
import { memoryStore } from '../stores.ts';
import {
  A,
  at,
  B,
  FREQUENT,
  listed,
  NO_A,
  NOW_MS,
  open,
  PEER,
  RECORD_A,
  RECORD_B,
  shown,
  stateIn,
  watched,
} from './caches.ts';

describe('createKeyCache', () => {
  it('keeps what it has seen in the store, for the next process [S2.3] [O5]', async () => {
    const { store, cache } = open();
    await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
    const { entry, memory, contact, lastUsedMs } = await open({ store }).cache.read(PEER, DEVICE);
    expect(entry).toMatchObject({ state: 'verified', noiseKey: A, lastValidatedMs: NOW_MS });
    expect(memory.newest?.timestampSeconds).toBe(RECORD_A.timestampSeconds);
    expect([contact, lastUsedMs]).toEqual(['frequent', NOW_MS]);
  });

  it('keeps devices and identities apart', async () => {
    const { cache } = open();
    await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
    expect(await stateIn(cache, 'laptop')).toBe('unknown');
    expect((await cache.read(numbered(2).publicKey, DEVICE)).entry.state).toBe('unknown');
  });

  it('refuses what is no identity and no device', async () => {
    const { cache } = open();
    expect((await rejectionOf(cache.read(new Uint8Array(31), DEVICE))).code).toBe('DISCOVERY_WRONG_LENGTH');
    expect((await rejectionOf(cache.read(PEER, 'A'))).code).toBe('DISCOVERY_BAD_DEVICE');
    expect((await rejectionOf(cache.accept(PEER, DEVICE, new Uint8Array(3), FREQUENT))).code).toBe(
      'DISCOVERY_WRONG_LENGTH',
    );
  });

  describe('with a view in memory', () => {
    it('reads the store once for what is used again and again', async () => {
      const { cache, calls } = watched();
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      const before = calls('get');
      for (let uses = 0; uses < 100; uses++) await cache.read(PEER, DEVICE);
      expect(calls('get')).toBe(before);
    });

    it('reads once for all who ask at the same time', async () => {
      const { cache, clock, calls } = watched();
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      clock.advance(5_000);
      const before = calls('get');
      const all = await Promise.all(Array.from({ length: 100 }, () => cache.read(PEER, DEVICE)));
      expect([calls('get') - before, new Set(all).size]).toEqual([1, 1]);
    });

    it('sees within 5 s what another process has revoked, and at once what it has revoked itself (P8 W-11) [O4]', async () => {
      const { store, clock, cache } = open();
      const other = open({ store, clock }).cache;
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      await other.observe(PEER, DEVICE, [NO_A], FREQUENT);
      expect(await stateIn(other)).toBe('revoked');
      clock.advance(4_999);
      expect(await stateIn(cache)).toBe('verified');
      clock.advance(1);
      expect(await stateIn(cache)).toBe('revoked');
    });

    it('never goes back behind its own change, whatever was being read meanwhile [S2.3]', async () => {
      const { store, clock } = open();
      let isHeld = false;
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      /** What the first read finds takes long to arrive. */
      const slow: DurableStore = {
        ...store,
        async get(key, options) {
          const found = await store.get(key, options);
          if (isHeld) await held;
          return found;
        },
      };
      const { cache } = open({ store: slow, clock });
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      clock.advance(5_000);
      isHeld = true;
      const reading = cache.read(PEER, DEVICE);
      for (let turns = 0; turns < 50; turns++) await Promise.resolve();
      isHeld = false;
      await cache.observe(PEER, DEVICE, [NO_A], FREQUENT);
      release();
      expect((await reading).entry.state).toBe('verified');
      expect(await stateIn(cache)).toBe('revoked');
    });

    it('does not answer from memory when the store cannot be read any more [F3]', async () => {
      const { store, clock, cache } = open();
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      await store.close();
      expect(await stateIn(cache)).toBe('verified');
      clock.advance(5_000);
      expect((await rejectionOf(cache.read(PEER, DEVICE))).code).toBe('STORE_CLOSED');
    });

    it('holds no more devices than it may', async () => {
      const { cache, calls } = ((store) => ({
        ...open({ store, viewDevices: 2 }),
        calls: () => store.calls.length,
      }))(createFaultyStore(memoryStore(), () => undefined));
      for (const device of ['a', 'b', 'c']) await cache.observe(PEER, device, [shown(A)], FREQUENT);
      const before = calls();
      for (const device of ['b', 'c']) await cache.read(PEER, device);
      expect(calls()).toBe(before);
      await cache.read(PEER, 'a');
      expect(calls()).toBe(before + 1);
    });
  });

  describe('observe', () => {
    it('loses nothing that several processes see at the same time [S2.3]', async () => {
      const { store, clock } = open();
      const caches = Array.from({ length: 4 }, () => open({ store, clock }).cache);
      const revocations = await Promise.all(
        Array.from({ length: 8 }, (_, i) => verifiedRevocation({ noiseKey: filled(20 + i), ...at(-3) })),
      );
      const seen = [RECORD_A, ...revocations];
      const work = Promise.all(
        seen.map((one, i) => (caches[i % 4] as KeyCache).observe(PEER, DEVICE, [one], FREQUENT)),
      );
      // Conflicts are retried after pauses, which the clock has to pass.
      let isDone = false;
      work
        .catch(() => {})
        .finally(() => {
          isDone = true;
        });
      while (!isDone) {
        clock.advance(5);
        for (let turns = 0; turns < 50; turns++) await Promise.resolve();
      }
      await work;
      const { memory } = await open({ store, clock }).cache.read(PEER, DEVICE);
      expect(memory.revokedKeys).toHaveLength(8);
      expect(memory.newest?.timestampSeconds).toBe(RECORD_A.timestampSeconds);
    });

    it.each(['fail', 'lose request', 'lose answer'] as const)(
      'shows no change that is not stored for certain (%s)',
      async (fault) => {
        let broken: StoreFault | undefined;
        const { cache, store } = watched(({ method }) => (method === 'commit' ? broken : undefined));
        await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
        broken = fault;
        const { code } = await rejectionOf(cache.observe(PEER, DEVICE, [NO_A], FREQUENT));
        expect(code).toMatch(/^STORE_(IO_FAILED|OUTCOME_UNKNOWN)$/);
        broken = undefined;
        // Whatever has happened: it shows what is stored.
        expect(await stateIn(cache)).toBe(await stateIn(open({ store }).cache));
      },
    );

    it('gives up a store that does not answer, and can be cancelled [T2]', async () => {
      const clock = new ManualClock(NOW_MS);
      const { cache } = watched(() => 'hang', clock);
      const hanging = rejectionOf(cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT));
      const reading = rejectionOf(cache.read(PEER, DEVICE));
      for (let turns = 0; turns < 50; turns++) await Promise.resolve();
      clock.advance(30_000);
      expect((await hanging).code).toMatch(/TIMED_OUT$/);
      expect((await reading).code).toMatch(/TIMED_OUT$/);
      const stopper = new AbortController();
      const call = { ...FREQUENT, signal: stopper.signal };
      const cancelled = [
        rejectionOf(cache.observe(PEER, DEVICE, [RECORD_A], call)),
        rejectionOf(cache.read(PEER, DEVICE, call)),
      ];
      stopper.abort();
      for (const { code } of await Promise.all(cancelled)) expect(code).toBe('DISCOVERY_CANCELLED');
      // The read goes on for whoever comes next, but not for ever.
      clock.advance(30_000);
      expect(clock.pending).toBe(0);
    });

    it('counts changes of state and revocations, and no device by name [M1]', async () => {
      const counted: unknown[] = [];
      const count = (...all: unknown[]) => void counted.push(all);
      const telemetry = { count, record() {}, span: () => ({ end() {} }) };
      const { cache } = open({ telemetry });
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      await cache.observe(PEER, DEVICE, [RECORD_B], FREQUENT);
      await cache.observe(PEER, DEVICE, [RECORD_B], FREQUENT);
      await cache.observe(PEER, DEVICE, [NO_A], FREQUENT);
      expect(counted).toEqual([
        ['discovery.key_changes', 1, { from: 'unknown', to: 'verified' }],
        ['discovery.key_changes', 1, { from: 'verified', to: 'rotated' }],
        ['discovery.key_changes', 1, { from: 'rotated', to: 'verified' }],
        ['discovery.key_revocations', 1],
      ]);
      const broken = () => {
        throw new Error('exporter');
      };
      const careless = open({ telemetry: { ...telemetry, count: broken } }).cache;
      await careless.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
    });
  });

  describe('touch', () => {
    it('writes the time of the last use once in an hour at most, and for nobody who is not kept', async () => {
      const { cache, clock, calls } = watched();
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      const before = calls('commit');
      for (let minutes = 0; minutes < 120; minutes++) {
        clock.advance(60_000);
        await cache.touch(PEER, DEVICE, FREQUENT);
      }
      expect(calls('commit') - before).toBe(2);
      expect((await cache.read(PEER, DEVICE)).lastUsedMs).toBe(NOW_MS + 120 * 60_000);
      await cache.touch(PEER, 'laptop', FREQUENT);
      expect(calls('commit') - before).toBe(2);
    });
  });

  describe('accept, forget and forgetHistory', () => {
    it('leave a conflict the way the user decides', async () => {
      const { cache } = open();
      await cache.observe(PEER, DEVICE, [RECORD_A, shown(B)], FREQUENT);
      await cache.accept(PEER, DEVICE, B, FREQUENT);
      expect((await cache.read(PEER, DEVICE)).entry).toMatchObject({ state: 'tofu', noiseKey: B });
      expect((await rejectionOf(cache.accept(PEER, DEVICE, A, FREQUENT))).code).toBe(
        'DISCOVERY_NOTHING_TO_ACCEPT',
      );
    });

    it('forget a key and not what is known against older and revoked ones [S2.3]', async () => {
      const { cache } = open();
      await cache.observe(PEER, DEVICE, [RECORD_A, NO_A], FREQUENT);
      await cache.forget(PEER, DEVICE);
      expect(await stateIn(cache)).toBe('unknown');
      const { outcomes } = await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      expect(outcomes).toEqual(['revoked']);
      await cache.forgetHistory(PEER, DEVICE);
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      expect(await stateIn(cache)).toBe('verified');
    });

    it('leave nothing in the store of what is not worth keeping', async () => {
      const { cache } = open();
      await cache.observe(PEER, DEVICE, [shown(A)], FREQUENT);
      await cache.forget(PEER, DEVICE);
      expect(await listed(cache)).toEqual([]);
    });
  });

  describe('memory', () => {
    it('revokes the cached key in the same step in which the discovery learns that it is revoked [S2.3]', async () => {
      const { cache } = open();
      await cache.observe(PEER, DEVICE, [RECORD_A], FREQUENT);
      const address = deviceAddress(PEER, DEVICE);
      await cache.memory.update(address, (memory) => withRevokedKey(memory, A));
      expect(await stateIn(cache)).toBe('revoked');
      await cache.memory.forget(address);
      expect(await listed(cache)).toEqual([]);
    });
  });
});
