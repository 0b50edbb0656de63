import type { RandomSource } from '@pubky-paykit/primitives';
import { fraction } from '../background/retry-delay.ts';
import { PARKED_PAUSE_MS } from '../constants.ts';
import { isDue, longestParkingMs } from './due.ts';
import { changed, type Delivery, isPast, markOf, type QueueState } from './queue-state.ts';

/** Why and until when a delivery is parked. Times are Unix milliseconds. */
export interface Parking {
  /** What the target refused it with. */
  readonly code: string;
  readonly nowMs: number;
  readonly notBeforeMs: number;
}

/** How long what was refused for good stays parked: up to a day, a revocation up to an hour, and half of that at least. */
export function parkedFor({ publication }: Delivery, random: RandomSource): number {
  return Math.ceil(longestParkingMs(publication) * (1 - fraction(random) / 2));
}

/** Refused for good, as far as the target knows now: what is behind it goes on without it. */
export function parked(
  state: QueueState,
  { id }: Delivery,
  { code, nowMs, notBeforeMs }: Parking,
): QueueState {
  return changed(state, id, { code, parkedAtMs: nowMs, notBeforeMs });
}

/**
 * The target has taken something, so what it refused before may fit now: it is tried again in a minute, counted from the
 * refusal. Not sooner, or a long queue would be a question about each of them after every answer.
 */
export function stirred(state: QueueState, target: string, nowMs: number): QueueState {
  const soonest = (each: Delivery): number =>
    Math.min(each.notBeforeMs, Math.max(nowMs, Math.min(each.parkedAtMs ?? nowMs, nowMs) + PARKED_PAUSE_MS));
  return {
    ...state,
    deliveries: state.deliveries.map((each) =>
      each.target === target && each.parkedAtMs !== undefined
        ? { ...each, notBeforeMs: soonest(each) }
        : each,
    ),
  };
}

function isDueParked(each: Delivery, target: string, nowMs: number): boolean {
  return each.target === target && each.parkedAtMs !== undefined && isDue(each, nowMs);
}

/** Whether something that is parked for a target is to be tried again. */
export function hasDueParked({ deliveries }: QueueState, target: string, nowMs: number): boolean {
  return deliveries.some((each) => isDueParked(each, target, nowMs));
}

/** What is parked for a target and due is tried again. It keeps its last code, so that the same refusal is not told again. */
export function retaken(state: QueueState, target: string, nowMs: number): QueueState {
  return takenUp(state, (each) => isDueParked(each, target, nowMs), {});
}

/** Everything that is parked is tried again, and told like something new. */
export function unparked(state: QueueState, nowMs: number): QueueState {
  return takenUp(state, () => true, { notBeforeMs: nowMs, code: undefined });
}

/** What was parked comes back in its place, before whatever was queued later. What was overtaken meanwhile is dropped. */
function takenUp(
  state: QueueState,
  isTaken: (each: Delivery) => boolean,
  change: Partial<Delivery>,
): QueueState {
  const deliveries = state.deliveries.flatMap((each): Delivery[] => {
    if (each.parkedAtMs === undefined || !isTaken(each)) return [each];
    if (isPast(markOf(state, each.target, each.publication.device), each.publication)) return [];
    return [{ ...each, ...change, attempts: 0, parkedAtMs: undefined }];
  });
  return { ...state, deliveries };
}
