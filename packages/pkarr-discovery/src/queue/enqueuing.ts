import { MAX_QUEUED_PUBLICATIONS, MAX_QUEUED_REVOCATIONS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { Publication } from '../publications/publication.ts';
import {
  type Delivery,
  isPast,
  isSame,
  markOf,
  newestIn,
  type QueueState,
  secondsOf,
} from './queue-state.ts';

/** Whether a target has, or will have, something of the device that this may not replace. */
function isOvertaken(state: QueueState, target: string, publication: Publication): boolean {
  const { device, kind } = publication;
  const mark = markOf(state, target, device);
  const seconds = secondsOf(publication);
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

/** For which targets something is queued, as the queue is then. */
export type TargetsOf = (state: QueueState, publication: Publication) => readonly string[];

/**
 * Puts publications in the queue of each target, in their order: all of them, or none. Each takes the place of whatever is
 * queued for the device and is older, parked or not; only revocations stay, and are still published before it. What a
 * target has already, or has something newer than, is not queued for it: so queueing twice is the same as once.
 *
 * The room that is kept for revocations is for all that comes with one: it must not be refused for the sake of its successor.
 *
 * @throws DISCOVERY_QUEUE_FULL, and the state is as it was.
 */
export function allEnqueued(
  state: QueueState,
  publications: readonly Publication[],
  targetsOf: TargetsOf,
  nowMs: number,
): QueueState {
  const put = (before: QueueState, publication: Publication): QueueState =>
    targetsOf(before, publication).reduce(
      (each, target) => enqueuedFor(each, publication, target, nowMs),
      before,
    );
  const next = publications.reduce(put, state);
  const queued = next.deliveries.length;
  const reserve = publications.some(({ kind }) => kind === 'revocation') ? MAX_QUEUED_REVOCATIONS : 0;
  const maximum = MAX_QUEUED_PUBLICATIONS + reserve;
  if (queued > maximum && queued > state.deliveries.length) {
    throw new DiscoveryError('DISCOVERY_QUEUE_FULL', { queued: state.deliveries.length, maximum });
  }
  return next;
}

function enqueuedFor(state: QueueState, publication: Publication, target: string, nowMs: number): QueueState {
  if (isOvertaken(state, target, publication)) return state;
  const seconds = secondsOf(publication);
  const isOfDevice = (each: Delivery): boolean =>
    each.target === target && each.publication.device === publication.device;
  const isNewer = (each: Delivery): boolean =>
    isOfDevice(each) && seconds !== undefined && newestIn(each) > seconds;
  const isReplaced = (each: Delivery): boolean =>
    isOfDevice(each) && each.publication.kind !== 'revocation' && !isNewer(each);
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
