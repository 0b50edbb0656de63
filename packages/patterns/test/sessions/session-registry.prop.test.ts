import { hex, isCodedError } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import type { Session } from '../../src/sessions/session.ts';
import { createSessionRegistry } from '../../src/sessions/session-registry.ts';
import { filled } from '../bytes.ts';

const MAXIMUM = 4;
const MAXIMUM_PER_IDENTITY = 2;
const IDLE_MS = 100;

/** As much of a session as a registry looks at. */
class FakeSession {
  readonly id: Uint8Array;
  readonly remoteIdentity: Uint8Array | undefined;
  readonly remoteStatic = undefined;
  readonly received = 0n;
  sent = 0n;
  destroyed = false;

  constructor(id: number, peer: number) {
    this.id = filled(id);
    this.remoteIdentity = peer === 0 ? undefined : filled(peer);
  }

  destroy(): void {
    this.destroyed = true;
  }
}

const id = fc.nat(7);
const commands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), id, peer: fc.nat(2) }) },
    fc.record({ do: fc.constantFrom('remove', 'get', 'end', 'send'), id }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(60) }),
  ),
  // Without a size, fast-check would stop at ten or so.
  { maxLength: 40, size: 'max' },
);

describe('createSessionRegistry', () => {
  it('never holds more than its caps, nor two sessions with one id, nor replaces a live one (W-28, W-47)', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const clock = new ManualClock();
        const registry = createSessionRegistry<Session>({
          clock,
          maximum: MAXIMUM,
          maximumPerIdentity: MAXIMUM_PER_IDENTITY,
          idleMs: IDLE_MS,
        });
        const taken: FakeSession[] = [];
        const liveWith = (wanted: number) =>
          taken.find((session) => !session.destroyed && session.id[0] === wanted);
        for (const command of sequence) {
          const before = registry.list();
          if (command.do === 'add') {
            const session = new FakeSession(command.id, command.peer);
            let code: unknown;
            try {
              expect(registry.add(session as unknown as Session)).toBe(hex.encode(session.id));
              taken.push(session);
            } catch (error) {
              code = isCodedError(error) && error.code;
              expect(session.destroyed).toBe(false);
              expect(registry.list()).toEqual(before);
            }
            const ofPeer = before.filter(
              (held) => command.peer > 0 && held.remoteIdentity?.[0] === command.peer,
            );
            const reasons = {
              PATTERNS_SESSION_EXISTS: before.some((held) => held.id[0] === command.id),
              PATTERNS_SESSIONS_FULL: before.length === MAXIMUM,
              PATTERNS_SESSIONS_FULL_FOR_PEER: ofPeer.length === MAXIMUM_PER_IDENTITY,
            };
            expect(code).toBe(Object.entries(reasons).find(([, holds]) => holds)?.[0]);
          } else if (command.do === 'wait') {
            clock.advance(command.ms);
          } else {
            const held = liveWith(command.id);
            if (command.do === 'remove') expect(registry.remove(filled(command.id))).toBe(held !== undefined);
            if (command.do === 'get' && held) expect(registry.get(filled(command.id))).toBe(held);
            if (command.do === 'end') held?.destroy();
            if (command.do === 'send' && held) held.sent += 1n;
          }
          const list = registry.list();
          expect(list.length).toBeLessThanOrEqual(MAXIMUM);
          expect(new Set(list.map((session) => session.id[0])).size).toBe(list.length);
          for (const peer of [1, 2]) {
            const ofPeer = list.filter((session) => session.remoteIdentity?.[0] === peer);
            expect(ofPeer.length).toBeLessThanOrEqual(MAXIMUM_PER_IDENTITY);
          }
          // What it took is either held or wiped.
          expect(new Set(list)).toEqual(new Set(taken.filter((session) => !session.destroyed)));
          expect(clock.pending).toBeLessThanOrEqual(1);
        }
        clock.advance(2 * IDLE_MS);
        expect([registry.size, clock.pending]).toEqual([0, 0]);
      }),
      { numRuns: effort(400) },
    );
  });
});
