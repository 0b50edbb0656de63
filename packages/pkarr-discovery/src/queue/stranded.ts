import type { Publication } from '../publications/publication.ts';
import type { QueueEvent } from './queue-events.ts';
import type { Delivery, QueueState } from './queue-state.ts';

const CODE = 'DISCOVERY_TARGET_UNKNOWN';

function isStranded({ target, parkedAtMs }: Delivery, targets: readonly string[]): boolean {
  return parkedAtMs === undefined && !targets.includes(target);
}

/**
 * Parks what waits for targets that are not there any more, such as after a change of the configuration. It is due as soon as
 * the target is back.
 */
export function parkedStranded(state: QueueState, targets: readonly string[], nowMs: number): QueueState {
  return {
    ...state,
    deliveries: state.deliveries.map((each) =>
      isStranded(each, targets) ? { ...each, code: CODE, parkedAtMs: nowMs, notBeforeMs: nowMs } : each,
    ),
    // They do not fail any more either.
    degraded: state.degraded.filter(({ target }) => targets.includes(target)),
  };
}

/**
 * For whom something of a device is queued who is not there now: something newer has to take its place there as well, or the
 * older record, of a key that may be revoked by then, would be published when the target is back.
 */
export function awayWith(
  { deliveries }: QueueState,
  { device }: Publication,
  targets: readonly string[],
): readonly string[] {
  const away = deliveries.filter(
    ({ target, publication }) => publication.device === device && !targets.includes(target),
  );
  return [...new Set(away.map(({ target }) => target))];
}

/** What {@link parkedStranded} would park, as it is told. */
export function strandedIn(
  { deliveries }: QueueState,
  targets: readonly string[],
  nowMs: number,
): readonly QueueEvent[] {
  return deliveries
    .filter((each) => isStranded(each, targets))
    .map(({ target, publication }) => ({
      kind: 'parked',
      target,
      device: publication.device,
      publication: publication.kind,
      code: CODE,
      atMs: nowMs,
    }));
}
