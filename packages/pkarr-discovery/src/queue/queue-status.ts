import type { Publication } from '../publications/publication.ts';
import { dueMsOf } from './due.ts';
import { type DegradedTarget, type Delivery, nextDelivery, type QueueState } from './queue-state.ts';
import { isStranded, STRANDED_CODE } from './stranded.ts';

/** A publication that a target has not got yet, for people to look at. Times are Unix milliseconds. */
export interface QueuedPublication {
  readonly target: string;
  readonly device: string;
  readonly publication: Publication['kind'];
  readonly queuedAtMs: number;
  readonly attempts: number;
  /** The code of the last failure. */
  readonly code: string | undefined;
}

/** How a queue stands. */
export interface QueueStatus {
  /** In the order in which each target gets them. */
  readonly waiting: readonly (QueuedPublication & { readonly notBeforeMs: number })[];
  /**
   * Refused for good when they were last tried. They are tried again at `notBeforeMs`, sooner once the target has taken
   * something else or after `retryParked`, and dropped when something newer takes their place. Those for a target that this
   * queue does not have are among them, as DISCOVERY_TARGET_UNKNOWN: whoever has it tries them.
   */
  readonly parked: readonly (QueuedPublication & {
    /** Of those for a target that is not there: since when they are queued. */
    readonly parkedAtMs: number;
    readonly notBeforeMs: number;
  })[];
  readonly degraded: readonly DegradedTarget[];
  /** When the next of them is tried, in Unix milliseconds; undefined if none is to be. */
  readonly nextAttemptMs: number | undefined;
}

/** What one target has of a device. */
export interface TargetProgress {
  readonly target: string;
  /** What it has got last. Undefined if nothing is known of it. */
  readonly kind?: Publication['kind'] | undefined;
  /** What may be shown of the key that it has got last, 16 hex digits. */
  readonly noiseKey?: string | undefined;
  /** Seconds since 1970: the time in the newest record it has got. Undefined if none. */
  readonly timestampSeconds: bigint | undefined;
  /** Unix milliseconds: since when. */
  readonly atMs: number | undefined;
  readonly waiting: boolean;
  readonly parked: boolean;
  /** Whether places of the target, such as one of its relays, were not reached with what it has got last. */
  readonly partial: boolean;
}

function shown({ target, publication, queuedAtMs, attempts, code }: Delivery): QueuedPublication {
  return { target, device: publication.device, publication: publication.kind, queuedAtMs, attempts, code };
}

/** How the queue stands for these targets. */
export function statusOf(state: QueueState, targets: readonly string[], nowMs: number): QueueStatus {
  const { deliveries, degraded } = state;
  return {
    waiting: deliveries
      .filter((each) => each.parkedAtMs === undefined && !isStranded(each, targets))
      .map((each) => ({ ...shown(each), notBeforeMs: dueMsOf(each, nowMs) })),
    parked: deliveries.flatMap((each) => {
      const dueMs = dueMsOf(each, nowMs);
      if (isStranded(each, targets)) {
        return [{ ...shown(each), code: STRANDED_CODE, parkedAtMs: each.queuedAtMs, notBeforeMs: dueMs }];
      }
      if (each.parkedAtMs === undefined) return [];
      return [{ ...shown(each), parkedAtMs: each.parkedAtMs, notBeforeMs: dueMs }];
    }),
    degraded: degraded.filter(({ target }) => targets.includes(target)),
    nextAttemptMs: nextAttemptOf(state, targets, nowMs),
  };
}

/** When the first of the heads, or of what is parked, is due. */
export function nextAttemptOf(
  state: QueueState,
  targets: readonly string[],
  nowMs: number,
): number | undefined {
  const isNext = (each: Delivery): boolean =>
    each.parkedAtMs !== undefined || nextDelivery(state, each.target) === each;
  const heads = state.deliveries.filter((each) => targets.includes(each.target) && isNext(each));
  return heads.length === 0 ? undefined : Math.min(...heads.map((each) => dueMsOf(each, nowMs)));
}

/** What each target has of a device. */
export function progressOf(
  { deliveries, published }: QueueState,
  targets: readonly string[],
  device: string,
): readonly TargetProgress[] {
  return targets.map((target) => {
    const own = deliveries.filter((each) => each.target === target && each.publication.device === device);
    const mark = published.find((each) => each.target === target && each.device === device);
    return {
      target,
      kind: mark?.kind,
      noiseKey: mark?.key,
      timestampSeconds: mark?.timestampSeconds,
      atMs: mark?.atMs,
      waiting: own.some(({ parkedAtMs }) => parkedAtMs === undefined),
      parked: own.some(({ parkedAtMs }) => parkedAtMs !== undefined),
      partial: mark?.unreached !== undefined,
    };
  });
}
