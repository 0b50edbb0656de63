import { MAX_DEGRADED_TARGETS, MAX_PUBLISHED_MARKS } from '../constants.ts';
import { latestOf } from '../lifecycle/signing-time.ts';
import type { Publication } from '../publications/publication.ts';
import { parseKeyRecord } from '../records/key-record.ts';
import { keyPrefix } from '../records/verified-key-record.ts';

/** A publication on its way to one target. */
export interface Delivery {
  /** Counted up, never used twice. */
  readonly id: number;
  readonly target: string;
  readonly publication: Publication;
  /** Of a retirement: the newest time in a record that it took the place of in the queue, in seconds since 1970. */
  readonly retiresSeconds?: bigint | undefined;
  /** Unix milliseconds. */
  readonly queuedAtMs: number;
  /** Those that failed and may succeed later. */
  readonly attempts: number;
  /** Unix milliseconds: not tried before, nor, once it is parked, again. */
  readonly notBeforeMs: number;
  /** The code of the last failure. */
  readonly code?: string | undefined;
  /** Unix milliseconds: when the target last refused it for good. It holds up nothing that is behind it. */
  readonly parkedAtMs?: number | undefined;
}

/** What a target has got last for a device. */
export interface PublishedMark {
  readonly target: string;
  readonly device: string;
  readonly kind: Publication['kind'];
  /** What may be shown of the key, 16 hex digits; undefined for a retirement. */
  readonly key?: string | undefined;
  /** Seconds since 1970: the newest time in a record of the device that the target has got. */
  readonly timestampSeconds: bigint;
  /** Unix milliseconds. */
  readonly atMs: number;
  /** How many places of the target, such as relays, were not reached with it; undefined if all were. */
  readonly unreached?: number | undefined;
}

/** A target that fails for now. */
export interface DegradedTarget {
  readonly target: string;
  /** The code of the first failure. */
  readonly code: string;
  /** Unix milliseconds. */
  readonly sinceMs: number;
}

/** The queue of one identity. */
export interface QueueState {
  readonly nextId: number;
  /** In the order in which each target gets them. */
  readonly deliveries: readonly Delivery[];
  readonly published: readonly PublishedMark[];
  readonly degraded: readonly DegradedTarget[];
}

/** Nothing queued, nothing published. */
export const EMPTY_QUEUE: QueueState = Object.freeze({
  nextId: 0,
  deliveries: Object.freeze([]),
  published: Object.freeze([]),
  degraded: Object.freeze([]),
});

/** The time in the record of a publication, in seconds since 1970; undefined for a retirement. */
export function secondsOf(publication: Publication): bigint | undefined {
  return publication.kind === 'retirement' ? undefined : parseKeyRecord(publication.record).timestampSeconds;
}

/** The newest time that the target will have seen of the device. */
export function newestIn({ publication, retiresSeconds = -1n }: Delivery): bigint {
  return secondsOf(publication) ?? retiresSeconds;
}

/** Whether two publications say the same. */
export function isSame(left: Publication, right: Publication): boolean {
  if (left.device !== right.device || left.kind !== right.kind) return false;
  return left.kind === 'retirement' || right.kind === 'retirement' || left.record === right.record;
}

/** What a target has got last for a device. */
export function markOf({ published }: QueueState, target: string, device: string): PublishedMark | undefined {
  return published.find((mark) => mark.target === target && mark.device === device);
}

/** What may be shown of the key that a publication is about. */
function keyIn(publication: Publication): string | undefined {
  return publication.kind === 'retirement'
    ? undefined
    : keyPrefix(parseKeyRecord(publication.record).noiseKey);
}

/** Whether a target has got something that this may not replace. That its very key is revoked may be said at any time. */
export function isPast(mark: PublishedMark | undefined, publication: Publication): boolean {
  const seconds = secondsOf(publication);
  if (mark === undefined || seconds === undefined || seconds > mark.timestampSeconds) return false;
  if (publication.kind !== 'revocation') return true;
  return mark.kind === 'revocation' || (mark.kind === 'key' && mark.key !== keyIn(publication));
}

/** What a target gets next. */
export function nextDelivery({ deliveries }: QueueState, target: string): Delivery | undefined {
  return deliveries.find((each) => each.target === target && each.parkedAtMs === undefined);
}

/** A delivery changed; nothing changes if it is not there any more. */
export function changed(state: QueueState, id: number, change: Partial<Omit<Delivery, 'id'>>): QueueState {
  return {
    ...state,
    deliveries: state.deliveries.map((each) => (each.id === id ? { ...each, ...change } : each)),
  };
}

/** A record signed again takes the place of the one before for all targets that are to get that one. */
export function exchanged(state: QueueState, before: Publication, after: Publication): QueueState {
  return {
    ...state,
    deliveries: state.deliveries.map((each) =>
      isSame(each.publication, before) ? { ...each, publication: after } : each,
    ),
  };
}

/**
 * The target has it. It need not be in the queue any more: something newer may have taken its place on the way.
 *
 * @param unreached Places of the target that do not have it.
 */
export function delivered(
  state: QueueState,
  delivery: Delivery,
  nowMs: number,
  unreached: number,
): QueueState {
  const { id, target, publication } = delivery;
  const { device, kind } = publication;
  const before = markOf(state, target, device);
  const timestampSeconds = latestOf([newestIn(delivery), before?.timestampSeconds ?? 0n]);
  const key = keyIn(publication);
  const mark = {
    ...{ target, device, kind, timestampSeconds, atMs: nowMs },
    ...(key !== undefined && { key }),
    ...(unreached > 0 && { unreached }),
  };
  return {
    ...state,
    deliveries: state.deliveries.filter((each) => each.id !== id),
    published: forgetful([...state.published.filter((each) => each !== before), mark]),
    degraded: state.degraded.filter((each) => each.target !== target),
  };
}

/** The target could not take it, and may be able to later. */
export function postponed(
  state: QueueState,
  { id, target, attempts }: Delivery,
  {
    code,
    notBeforeMs,
    nowMs,
  }: { readonly code: string; readonly notBeforeMs: number; readonly nowMs: number },
): QueueState {
  const { degraded } = state;
  return {
    ...changed(state, id, { attempts: attempts + 1, code, notBeforeMs }),
    // Those of other processes are among them, and those that never come back.
    degraded: isDegraded(state, target)
      ? degraded
      : [...degraded, { target, code, sinceMs: nowMs }].slice(-MAX_DEGRADED_TARGETS),
  };
}

/** Whether a target has failed and not taken anything since. */
export function isDegraded({ degraded }: QueueState, target: string): boolean {
  return degraded.some((each) => each.target === target);
}

/** Of too many, what was taken off longest ago is forgotten first: such ids do not come again. */
function forgetful(marks: readonly PublishedMark[]): readonly PublishedMark[] {
  if (marks.length <= MAX_PUBLISHED_MARKS) return marks;
  const found = marks.findIndex(({ kind }) => kind === 'retirement');
  const forgotten = found === -1 ? 0 : found;
  return marks.filter((_, index) => index !== forgotten);
}
