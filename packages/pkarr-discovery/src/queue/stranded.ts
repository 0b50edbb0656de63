import type { QueueEvent } from './queue-events.ts';
import type { Delivery, QueueState } from './queue-state.ts';

const CODE = 'DISCOVERY_TARGET_UNKNOWN';

function isStranded({ target, parkedAtMs }: Delivery, targets: readonly string[]): boolean {
  return parkedAtMs === undefined && !targets.includes(target);
}

/** Parks what waits for targets that are not there any more, such as after a change of the configuration. */
export function parkedStranded(state: QueueState, targets: readonly string[], nowMs: number): QueueState {
  return {
    ...state,
    deliveries: state.deliveries.map((each) =>
      isStranded(each, targets) ? { ...each, code: CODE, parkedAtMs: nowMs } : each,
    ),
    // They do not fail any more either.
    degraded: state.degraded.filter(({ target }) => targets.includes(target)),
  };
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
