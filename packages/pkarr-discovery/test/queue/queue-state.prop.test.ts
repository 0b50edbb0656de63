import { base64 } from '@pubky-paykit/primitives';
import { predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import type { Publication } from '../../src/publications/publication.ts';
import { hasDueParked, parked, parkedFor, retaken, stirred, unparked } from '../../src/queue/parking.ts';
import { queueCodec } from '../../src/queue/queue-codec.ts';
import {
  delivered,
  EMPTY_QUEUE,
  nextDelivery,
  postponed,
  type QueueState,
  secondsOf,
} from '../../src/queue/queue-state.ts';
import { awayWith } from '../../src/queue/stranded.ts';
import { filled } from '../bytes.ts';
import { enqueued } from './queued.ts';

const TARGETS = ['a', 'b'];
const DEVICES = ['default', 'phone'];
const DAY_MS = 86_400_000;
/** Between two happenings: what is parked comes back after some of them. */
const STEP_MS = 40_000;

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
  | { readonly what: 'deliver' | 'postpone' | 'park' | 'retake'; readonly target: string }
  | { readonly what: 'unpark' };

const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: publications.map((publication) => ({ what: 'enqueue' as const, publication })) },
    {
      weight: 4,
      arbitrary: fc.record({
        what: fc.constantFrom('deliver' as const, 'postpone' as const, 'park' as const, 'retake' as const),
        target: fc.constantFrom(...TARGETS),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ what: 'unpark' as const }) },
  ),
  { maxLength: 25, size: 'large' },
);

const textOf = (publication: Publication): string =>
  `${publication.kind} ${publication.device} ${secondsOf(publication) ?? ''} ${keyOf(publication)}`;

function step(
  state: QueueState,
  happening: Happening,
  nowMs: number,
  names: readonly string[] = TARGETS,
): QueueState {
  if (happening.what === 'enqueue') {
    const { publication } = happening;
    return enqueued(state, publication, [...names, ...awayWith(state, publication, names)], nowMs);
  }
  if (happening.what === 'unpark') return unparked(state, nowMs);
  const { what, target } = happening;
  if (what === 'retake') return retaken(state, target, nowMs);
  const head = nextDelivery(state, target);
  if (head === undefined) return state;
  if (what === 'deliver') return stirred(delivered(state, head, nowMs, nowMs % 3), target, nowMs);
  if (what === 'postpone') return postponed(state, head, { code: 'X', notBeforeMs: nowMs, nowMs });
  const notBeforeMs = nowMs + parkedFor(head, predictableRandomForTestingOnly(nowMs));
  return parked(state, head, { code: 'X', nowMs, notBeforeMs });
}

/** A day later, to targets that refuse nothing any more, and nobody said that they do not. @returns What is left. */
function drained(state: QueueState, got: Map<string, Publication[]>): QueueState {
  const laterMs = 1_000 * STEP_MS + DAY_MS;
  let left = state;
  for (const target of TARGETS) {
    left = retaken(left, target, laterMs);
    expect(hasDueParked(left, target, laterMs)).toBe(false);
    for (let head = nextDelivery(left, target); head !== undefined; head = nextDelivery(left, target)) {
      got.get(target)!.push(head.publication);
      left = delivered(left, head, laterMs, 0);
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
        for (const [index, happening] of list.entries()) {
          const nowMs = index * STEP_MS;
          if (happening.what === 'deliver') {
            const head = nextDelivery(state, happening.target);
            if (head !== undefined) got.get(happening.target)!.push(head.publication);
          }
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
              if (own.length > 1) expect(own).toEqual([]);
            }
          }
        }
        expect(queueCodec.decode(queueCodec.encode(state))).toEqual(state);
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
              const last = own[index - 1];
              // Nor what revokes a former key in the place of its successor, where a reader would take it for the current one.
              const isLate =
                each.kind === 'revocation' && last?.kind === 'key' && keyOf(last) !== keyOf(each);
              if (isLate) expect(secondsOf(each)! > secondsOf(last)!).toBe(true);
              if (each.kind !== 'key') continue;
              if (timesOf(own.slice(0, index)).some((before) => before > secondsOf(each)!)) {
                expect(own).toEqual([]);
              }
            }
            const ofDevice = asked.filter((each) => each.device === device);
            const newest = ofDevice
              .flatMap((each) => secondsOf(each) ?? [])
              .toSorted((a, b) => Number(a - b));
            if (ofDevice.every(({ kind }) => kind !== 'retirement')) {
              // The newest record arrives.
              expect(times.toSorted((a, b) => Number(a - b)).at(-1)).toBe(newest.at(-1));
            }
            // A revocation arrives, unless another key or a revocation had that is no older, or its key was revoked already,
            // or taken off, together with something of the same second.
            for (const revoked of ofDevice.filter(({ kind }) => kind === 'revocation')) {
              const seconds = secondsOf(revoked) as bigint;
              const isReason = (each: Publication): boolean =>
                each.kind === 'retirement' ||
                (each.kind === 'revocation' && keyOf(each) === keyOf(revoked)) ||
                ((secondsOf(each) ?? -1n) >= seconds &&
                  (each.kind === 'revocation' || keyOf(each) !== keyOf(revoked)));
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
        for (const [index, happening] of list.entries()) {
          const nowMs = index * STEP_MS;
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

  it('[O4] [O5] [S2.3] publishes no key that was replaced meanwhile to a target that was away', () => {
    type Turn = Happening | { readonly what: 'come' } | { readonly what: 'go' };
    const coming = fc.constantFrom<Turn>({ what: 'come' }, { what: 'go' });
    const turns = happenings.chain((list) =>
      fc
        .tuple(...list.map((each) => fc.oneof({ weight: 4, arbitrary: fc.constant<Turn>(each) }, coming)))
        .map((all): readonly Turn[] => all),
    );
    fc.assert(
      fc.property(turns, (list) => {
        let state = EMPTY_QUEUE;
        let names: readonly string[] = TARGETS;
        const newest = new Map<string, bigint>();
        const leave = ({ publication }: { readonly publication: Publication }): void => {
          if (publication.kind !== 'key') return;
          expect(secondsOf(publication)! >= newest.get(publication.device)!).toBe(true);
        };
        for (const [index, each] of list.entries()) {
          const nowMs = index * STEP_MS;
          if (each.what === 'come' || each.what === 'go') {
            names = each.what === 'come' ? TARGETS : ['a'];
            continue;
          }
          if ('target' in each) {
            if (!names.includes(each.target)) continue;
            // Whoever is back is asked at once.
            state = retaken(state, each.target, nowMs);
            const head = nextDelivery(state, each.target);
            if (each.what === 'deliver' && head !== undefined) leave(head);
          }
          let happening: Happening = each;
          if (each.what === 'enqueue' && each.publication.kind !== 'retirement') {
            // As a keeper signs: later each time.
            const { kind, device } = each.publication;
            const publication = { ...each.publication, record: recordOf(index + 1, kind) };
            newest.set(device, BigInt(index + 1));
            happening = { ...each, publication };
          }
          state = step(state, happening, nowMs, names);
        }
        const got = new Map<string, Publication[]>(TARGETS.map((target) => [target, []]));
        expect(drained(state, got).deliveries).toEqual([]);
        for (const publication of [...got.values()].flat()) leave({ publication });
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
