import { MAX_PUBLISHED_MARKS, MAX_QUEUED_PUBLICATIONS, MAX_QUEUED_REVOCATIONS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
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

/** Up to which time, in seconds since 1970, something is older than a publication; undefined for a retirement. */
function rankOf(publication: Publication): bigint | undefined {
  if (publication.kind === 'retirement') return undefined;
  return latestOf([secondsOf(publication) ?? 0n, publication.supersedesSeconds ?? 0n]);
}

/** Whether a record takes the place of what was signed by a clock that was ahead. */
function isSuperseding(publication: Publication): boolean {
  return publication.kind === 'key' && publication.supersedesSeconds !== undefined;
}

/** The newest time that the target will have seen of the device. */
function newestIn({ publication, retiresSeconds = -1n }: Delivery): bigint {
  return rankOf(publication) ?? retiresSeconds;
}

function isSame(left: Publication, right: Publication): boolean {
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
  const seconds = rankOf(publication);
  if (mark === undefined || seconds === undefined || seconds > mark.timestampSeconds) return false;
  if (publication.kind !== 'revocation') return true;
  return mark.kind === 'revocation' || (mark.kind === 'key' && mark.key !== keyIn(publication));
}

/** Whether a target has, or will have, something of the device that this may not replace. */
function isOvertaken(state: QueueState, target: string, publication: Publication): boolean {
  const { device, kind } = publication;
  const mark = markOf(state, target, device);
  const seconds = rankOf(publication);
  const queued = state.deliveries.filter(
    (each) => each.target === target && each.publication.device === device,
  );
  if (queued.some((each) => isSame(each.publication, publication))) return true;
  if (seconds === undefined) return queued.length === 0 && mark?.kind === 'retirement';
  if (isPast(mark, publication)) return true;
  // A late revocation still has its place before the newer record.
  if (kind === 'revocation') return false;
  return queued.some((each) => newestIn(each) >= seconds);
}

/**
 * Puts a publication in the queue of each target. It takes the place of whatever is queued for the device and is older,
 * parked or not; only revocations stay, and are still published before it. What a target has already, or has something
 * newer than, is not queued for it: so queueing twice is the same as once.
 *
 * @throws DISCOVERY_QUEUE_FULL, and the state is as it was.
 */
export function enqueued(
  state: QueueState,
  publication: Publication,
  targets: readonly string[],
  nowMs: number,
): QueueState {
  const next = targets.reduce((before, target) => enqueuedFor(before, publication, target, nowMs), state);
  const queued = next.deliveries.length;
  const reserve = publication.kind === 'revocation' ? MAX_QUEUED_REVOCATIONS : 0;
  const maximum = MAX_QUEUED_PUBLICATIONS + reserve;
  if (queued > maximum && queued > state.deliveries.length) {
    throw new DiscoveryError('DISCOVERY_QUEUE_FULL', { queued: state.deliveries.length, maximum });
  }
  return next;
}

function enqueuedFor(state: QueueState, publication: Publication, target: string, nowMs: number): QueueState {
  if (isOvertaken(state, target, publication)) return state;
  const seconds = rankOf(publication);
  const isOfDevice = (each: Delivery): boolean =>
    each.target === target && each.publication.device === publication.device;
  const isNewer = (each: Delivery): boolean =>
    isOfDevice(each) && seconds !== undefined && newestIn(each) > seconds;
  // A revocation that came after what supersedes it would take the place of that for as long as the clock was ahead.
  const mayReplace = ({ kind }: Publication): boolean => kind !== 'revocation' || isSuperseding(publication);
  const isReplaced = (each: Delivery): boolean =>
    isOfDevice(each) && mayReplace(each.publication) && !isNewer(each);
  const kept = state.deliveries.filter((each) => !isReplaced(each));
  const retired = seconds === undefined ? state.deliveries.filter(isReplaced).map(newestIn) : [];
  const delivery: Delivery = {
    id: state.nextId,
    target,
    publication,
    // One of a device waits at most, besides revocations.
    ...(retired[0] !== undefined && retired[0] >= 0n && { retiresSeconds: retired[0] }),
    queuedAtMs: nowMs,
    attempts: 0,
    notBeforeMs: nowMs,
  };
  const before = kept.findIndex(isNewer);
  const at = before === -1 ? kept.length : before;
  return {
    ...state,
    nextId: state.nextId + 1,
    deliveries: [...kept.slice(0, at), delivery, ...kept.slice(at)],
  };
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

/** The target has it. It need not be in the queue any more: something newer may have taken its place on the way. */
export function delivered(state: QueueState, delivery: Delivery, nowMs: number): QueueState {
  const { id, target, publication } = delivery;
  const { device, kind } = publication;
  const before = markOf(state, target, device);
  const timestampSeconds = isSuperseding(publication)
    ? (secondsOf(publication) ?? 0n)
    : latestOf([newestIn(delivery), before?.timestampSeconds ?? 0n]);
  const key = keyIn(publication);
  const mark = { target, device, kind, ...(key !== undefined && { key }), timestampSeconds, atMs: nowMs };
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
    degraded: isDegraded(state, target) ? degraded : [...degraded, { target, code, sinceMs: nowMs }],
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
