import { base64 } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import type { Publication } from '../../src/publications/publication.ts';
import { queueCodec } from '../../src/queue/queue-codec.ts';
import {
  changed,
  delivered,
  EMPTY_QUEUE,
  enqueued,
  nextDelivery,
  postponed,
  type QueueState,
  secondsOf,
  unparked,
} from '../../src/queue/queue-state.ts';
import { filled } from '../bytes.ts';

const TARGETS = ['a', 'b'];
const DEVICES = ['default', 'phone'];

/** Records are only looked at for their time here. */
function recordOf(seconds: number, kind: string, key = 1): string {
  return `v=1;k=${base64.encode(filled(key))};ts=${seconds};x=${kind}`;
}

const keyOf = (publication: Publication): string =>
  publication.kind === 'retirement' ? '' : publication.record.slice(6, 50);

const publications: fc.Arbitrary<Publication> = fc
  .record({
    device: fc.constantFrom(...DEVICES),
    kind: fc.constantFrom('key' as const, 'key' as const, 'revocation' as const, 'retirement' as const),
    seconds: fc.integer({ min: 1, max: 12 }),
    key: fc.constantFrom(1, 2),
  })
  .map(({ device, kind, seconds, key }): Publication => {
    const about = { identity: filled(9), device };
    return kind === 'retirement'
      ? { ...about, kind }
      : { ...about, kind, record: recordOf(seconds, kind, key) };
  });

/** What happens to a queue: something is queued, or the head of a lane meets its fate. */
type Happening =
  | { readonly what: 'enqueue'; readonly publication: Publication }
  | { readonly what: 'deliver' | 'postpone' | 'park'; readonly target: string }
  | { readonly what: 'unpark' };

const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: publications.map((publication) => ({ what: 'enqueue' as const, publication })) },
    {
      weight: 4,
      arbitrary: fc.record({
        what: fc.constantFrom('deliver' as const, 'postpone' as const, 'park' as const),
        target: fc.constantFrom(...TARGETS),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ what: 'unpark' as const }) },
  ),
  { maxLength: 40 },
);

const textOf = (publication: Publication): string =>
  `${publication.kind} ${publication.device} ${secondsOf(publication) ?? ''} ${keyOf(publication)}`;

function step(state: QueueState, happening: Happening, nowMs: number): QueueState {
  if (happening.what === 'enqueue') return enqueued(state, happening.publication, TARGETS, nowMs);
  if (happening.what === 'unpark') return unparked(state, nowMs);
  const head = nextDelivery(state, happening.target);
  if (head === undefined) return state;
  if (happening.what === 'deliver') return delivered(state, head, nowMs);
  if (happening.what === 'park') return changed(state, head.id, { code: 'X', parkedAtMs: nowMs });
  return postponed(state, head, { code: 'X', notBeforeMs: nowMs, nowMs });
}

/** Delivers everything that is left. @returns What each target has got in all. */
function drained(state: QueueState, got: Map<string, Publication[]>): QueueState {
  let left = unparked(state, 99);
  for (const target of TARGETS) {
    for (let head = nextDelivery(left, target); head !== undefined; head = nextDelivery(left, target)) {
      got.get(target)!.push(head.publication);
      left = delivered(left, head, 99);
    }
  }
  return left;
}

describe('the queue', () => {
  it('[O5] [S2.3] brings every target to the newest of each device, in order, past every revocation', () => {
    fc.assert(
      fc.property(happenings, (list) => {
        let state = EMPTY_QUEUE;
        const got = new Map<string, Publication[]>(TARGETS.map((target) => [target, []]));
        const isParked = new Set<number>();
        for (const [nowMs, happening] of list.entries()) {
          if (happening.what === 'deliver') {
            const head = nextDelivery(state, happening.target);
            if (head !== undefined) got.get(happening.target)!.push(head.publication);
          }
          if (happening.what === 'park') isParked.add(nowMs);
          state = step(state, happening, nowMs);
          // One key or retirement of a device waits at most, and nothing is numbered twice.
          for (const target of TARGETS) {
            for (const device of DEVICES) {
              const own = state.deliveries.filter(
                (each) =>
                  each.target === target &&
                  each.publication.device === device &&
                  each.publication.kind !== 'revocation',
              );
              expect(own.length).toBeLessThanOrEqual(1);
            }
          }
          expect(queueCodec.decode(queueCodec.encode(state))).toEqual(state);
        }
        state = drained(state, got);
        expect(state.deliveries).toEqual([]);
        const asked = list.flatMap((each) => (each.what === 'enqueue' ? [each.publication] : []));
        for (const target of TARGETS) {
          for (const device of DEVICES) {
            const own = got.get(target)!.filter((each) => each.device === device);
            const timesOf = (list: readonly Publication[]) => list.flatMap((each) => secondsOf(each) ?? []);
            const times = timesOf(own);
            // No older key after what is newer.
            for (const [index, each] of own.entries()) {
              if (each.kind !== 'key') continue;
              expect(timesOf(own.slice(0, index)).every((before) => before <= secondsOf(each)!)).toBe(true);
            }
            const ofDevice = asked.filter((each) => each.device === device);
            const newest = ofDevice
              .flatMap((each) => secondsOf(each) ?? [])
              .toSorted((a, b) => Number(a - b));
            if (ofDevice.every(({ kind }) => kind !== 'retirement')) {
              // The newest record arrives.
              expect(times.toSorted((a, b) => Number(a - b)).at(-1)).toBe(newest.at(-1));
            }
            // A revocation arrives, unless another key or a revocation had that is no older.
            for (const revoked of ofDevice.filter(({ kind }) => kind === 'revocation')) {
              const seconds = secondsOf(revoked) as bigint;
              const isReason = (each: Publication): boolean =>
                (secondsOf(each) ?? -1n) >= seconds &&
                (each.kind === 'revocation' || keyOf(each) !== keyOf(revoked));
              expect(own.some((each) => textOf(each) === textOf(revoked)) || own.some(isReason)).toBe(true);
            }
          }
        }
      }),
      { numRuns: effort(2_000) },
    );
  });

  it('[O3] [O5] leaves a device as it was asked for last: with its newest record, or with none', () => {
    const isPlain = (each: Happening): boolean =>
      each.what !== 'enqueue' || each.publication.kind !== 'revocation';
    fc.assert(
      fc.property(happenings, (all) => {
        const list = all.filter(isPlain);
        const got = new Map<string, Publication[]>(TARGETS.map((target) => [target, []]));
        const wanted = new Map<string, { readonly newest: bigint; readonly stands: string }>();
        let state = EMPTY_QUEUE;
        for (const [nowMs, happening] of list.entries()) {
          if (happening.what === 'enqueue') {
            const { publication } = happening;
            const { newest = -1n, stands = '' } = wanted.get(publication.device) ?? {};
            const seconds = secondsOf(publication);
            if (seconds === undefined) wanted.set(publication.device, { newest, stands: '' });
            else if (seconds > newest) {
              wanted.set(publication.device, { newest: seconds, stands: textOf(publication) });
            } else wanted.set(publication.device, { newest, stands });
          }
          const head = happening.what === 'deliver' ? nextDelivery(state, happening.target) : undefined;
          if (head !== undefined) got.get(head.target)!.push(head.publication);
          state = step(state, happening, nowMs);
        }
        drained(state, got);
        for (const target of TARGETS) {
          for (const [device, { stands }] of wanted) {
            const last = got.get(target)!.findLast((each) => each.device === device);
            expect(last === undefined || last.kind === 'retirement' ? '' : textOf(last)).toBe(stands);
          }
        }
      }),
      { numRuns: effort(2_000) },
    );
  });

  it('[O4] [O5] brings every revocation that was queued before something newer, whatever comes after it', () => {
    const later = fc.array(publications, { maxLength: 20 });
    fc.assert(
      fc.property(later, (list) => {
        const identity = filled(9);
        const revoked = {
          identity,
          device: 'default',
          kind: 'revocation',
          record: recordOf(1, 'r'),
        } as const;
        const state = list.reduce(
          (before, publication, nowMs) => enqueued(before, publication, TARGETS, nowMs),
          enqueued(EMPTY_QUEUE, revoked, TARGETS, 0),
        );
        for (const target of TARGETS) {
          const own = state.deliveries.filter((each) => each.target === target);
          expect(own.filter(({ publication }) => publication.device === 'default')[0]?.publication.kind).toBe(
            'revocation',
          );
          expect(own.some(({ publication }) => publication === revoked)).toBe(true);
        }
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('[O5] is the same after something was queued twice as after once', () => {
    fc.assert(
      fc.property(happenings, publications, (list, publication) => {
        const state = list.reduce((before, happening, nowMs) => step(before, happening, nowMs), EMPTY_QUEUE);
        const once = enqueued(state, publication, TARGETS, 50);
        expect(enqueued(once, publication, TARGETS, 60)).toBe(once);
      }),
      { numRuns: effort(1_000) },
    );
  });
});
