import { isCodedError } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createPendingHandshakes, type HandshakeHandle } from '../../src/handshake/pending-handshakes.ts';
import { NN } from '../../src/profiles/nn.ts';
import { initiatorOf } from '../peers.ts';

const MAXIMUM = 3;
const LIFETIME_MS = 100;

/** A handle ever given out, by its place. */
const place = fc.nat(3);
const commands = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.constant({ do: 'add' } as const) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('advance' as const), place, bad: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), place }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(60) }) },
  ),
  { maxLength: 30 },
);

/** What an advance has to end in: with a bad message, or with none. */
function codeFor(known: { spoken: boolean } | undefined, bad: boolean): string | undefined {
  if (known === undefined) return 'PATTERNS_HANDLE_UNKNOWN';
  if (known.spoken !== bad) return 'PATTERNS_EXCHANGE_CALL';
  return bad ? 'NOISE_MESSAGE_TOO_SHORT' : undefined;
}

describe('createPendingHandshakes', () => {
  it('holds what was added, has not failed and is in time, never too many, whatever the calls (W-28, W-29)', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        const clock = new ManualClock();
        const pending = createPendingHandshakes({ clock, maximum: MAXIMUM, timeToLiveMs: LIFETIME_MS });
        const given: HandshakeHandle[] = [];
        /** When each live handle was given, and whether its first message has left. */
        const model = new Map<HandshakeHandle, { atMs: number; spoken: boolean }>();
        const handleAt = (at: number) => given[at % Math.max(given.length, 1)];
        for (const command of sequence) {
          if (command.do === 'add') {
            const isFull = model.size === MAXIMUM;
            try {
              const handle = pending.add(initiatorOf(NN));
              expect(isFull).toBe(false);
              expect(given).not.toContain(handle);
              given.push(handle);
              model.set(handle, { atMs: clock.now(), spoken: false });
            } catch (error) {
              expect([isFull, isCodedError(error) && error.code]).toEqual([true, 'PATTERNS_PENDING_FULL']);
            }
          } else if (command.do === 'wait') {
            clock.advance(command.ms);
            for (const [handle, { atMs }] of model) {
              if (clock.now() - atMs >= LIFETIME_MS) model.delete(handle);
            }
          } else {
            const handle = handleAt(command.place);
            if (handle === undefined) continue;
            const known = model.get(handle);
            if (command.do === 'cancel') {
              expect(pending.cancel(handle)).toBe(known !== undefined);
              model.delete(handle);
              continue;
            }
            const message = command.bad ? new Uint8Array(5) : undefined;
            const code = await pending.advance(handle, message).then(
              () => undefined,
              (error: unknown) => isCodedError(error) && error.code,
            );
            expect(code).toBe(codeFor(known, command.bad));
            if (code === 'NOISE_MESSAGE_TOO_SHORT') model.delete(handle);
            if (known !== undefined && code === undefined) known.spoken = true;
          }
          expect(pending.size).toBe(model.size);
          expect(pending.size).toBeLessThanOrEqual(MAXIMUM);
          expect(clock.pending).toBe(Math.min(1, model.size));
        }
      }),
      { numRuns: effort(240) },
    );
  });
});
