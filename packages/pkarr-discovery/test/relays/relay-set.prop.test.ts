import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import {
  compareSignedPackets,
  createRelaySet,
  DiscoveryError,
  type SignedPacket,
  signPacket,
} from '../../src/index.ts';
import { text } from '../packets.ts';
import { ModelStore, offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';

const signer = numbered(1);
/** Packets of one key, some with the same timestamp. */
const packets: SignedPacket[] = await Promise.all(
  [1n, 2n, 2n, 3n, 4n, 4n, 5n].map((timestamp, i) => signPacket(signer, [text('a', `${i}`)], timestamp)),
);
const anyPacket = fc.constantFrom(...packets);
const relay = fc.nat(2);

/** What the world does to relays, and what is asked of them. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('appears' as const), relay, packet: anyPacket }),
  fc.record({ kind: fc.constant('vanishes' as const), relay }),
  fc.record({ kind: fc.constant('fails' as const), relay }),
  fc.record({ kind: fc.constant('recovers' as const), relay }),
  fc.record({ kind: fc.constant('all fail' as const) }),
  fc.record({ kind: fc.constant('get' as const), forUpdate: fc.boolean() }),
  fc.record({ kind: fc.constant('put' as const), packet: anyPacket, madeOf: fc.option(anyPacket) }),
);

const CODES = new Set(['DISCOVERY_NO_RELAY', 'DISCOVERY_ABSENCE_UNCERTAIN', 'DISCOVERY_CONFLICT']);

/** What a call came to; a failure must have a listed code. */
async function outcome<Value>(call: Promise<Value>): Promise<Value | string> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof DiscoveryError && CODES.has(error.code)) return error.code;
    throw error;
  }
}

describe('createRelaySet', () => {
  it('never lets something older take the place of something newer, whatever relays do', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const relays = [0, 1, 2].map((i) => new ModelStore(`relay${i}`));
        const set = createRelaySet({ relays, clock: new ManualClock() });
        const failed = new Set<number>();
        let newest: SignedPacket | undefined;
        const isOlder = (packet: SignedPacket): boolean =>
          newest !== undefined && compareSignedPackets(packet, newest) < 0;
        for (const one of steps) {
          const touched = 'relay' in one ? (relays[one.relay] as ModelStore) : undefined;
          if (one.kind === 'appears') touched?.force(one.packet);
          if (one.kind === 'vanishes') touched?.forget(signer.publicKey);
          if (one.kind === 'fails') failed.add(one.relay);
          if (one.kind === 'all fail') for (const i of relays.keys()) failed.add(i);
          if (one.kind === 'recovers') failed.delete(one.relay);
          for (const [i, each] of relays.entries()) {
            each.before = () => {
              if (failed.has(i)) throw offline(each.name);
            };
          }
          if (one.kind === 'get') {
            const given = await outcome(set.get(signer.publicKey, { forUpdate: one.forUpdate }));
            seen.add(typeof given === 'object' ? 'packet' : `${given}`);
            const answering = relays.filter((_, i) => !failed.has(i));
            const held = answering.map((each) => each.peek(signer.publicKey));
            if (typeof given === 'object') {
              expect(isOlder(given)).toBe(false);
              // The newest of those who answered, or what was known before.
              for (const packet of held) {
                if (packet) expect(compareSignedPackets(given, packet)).toBeGreaterThanOrEqual(0);
              }
              newest = given;
            } else if (given === undefined) {
              expect(answering.length).toBeGreaterThan(0);
              expect(held.every((packet) => packet === undefined)).toBe(true);
              expect(failed.size).toBe(0);
              if (one.forUpdate) expect(newest).toBeUndefined();
            } else if (given === 'DISCOVERY_NO_RELAY') expect(answering).toHaveLength(0);
          }
          if (one.kind === 'put') {
            const replacing = one.madeOf?.timestamp;
            const isThere = relays.some((each) => {
              const held = each.peek(signer.publicKey);
              return held !== undefined && compareSignedPackets(held, one.packet) === 0;
            });
            const report = await outcome(set.put(one.packet, { replacing }));
            seen.add(typeof report === 'object' ? 'stored' : `${report}`);
            if (typeof report !== 'object') continue;
            expect(isOlder(one.packet)).toBe(false);
            // What is replaced was seen by whoever made the new one: it is what that was made of, or older. A packet that a
            // relay has already is published again, and not made anew.
            if (newest !== undefined && !isThere && compareSignedPackets(newest, one.packet) !== 0) {
              expect(newest.timestamp).toBeLessThanOrEqual(replacing ?? -1n);
            }
            expect(report.stored.length).toBeGreaterThan(0);
            expect(report.stored.length + report.failed.length).toBe(relays.length);
            newest = one.packet;
          }
        }
      }),
      { numRuns: effort(2_000) },
    );
    expect([...seen].sort()).toEqual([
      'DISCOVERY_ABSENCE_UNCERTAIN',
      'DISCOVERY_CONFLICT',
      'DISCOVERY_NO_RELAY',
      'packet',
      'stored',
      'undefined',
    ]);
  });
});
