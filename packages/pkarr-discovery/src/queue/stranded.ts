import type { Publication } from '../publications/publication.ts';
import type { QueueEvent } from './queue-events.ts';
import type { Delivery, QueueState } from './queue-state.ts';

/** What is said of a publication whose target is not there. */
export const STRANDED_CODE = 'DISCOVERY_TARGET_UNKNOWN';

/**
 * Whether it waits for a target that is not among these, such as after a change of the configuration, or because another
 * process has that target. It is left as it is, wait and order included: it holds nothing up, and whoever has the target, now
 * or later, goes on with it.
 */
export function isStranded({ target, parkedAtMs }: Delivery, targets: readonly string[]): boolean {
  return parkedAtMs === undefined && !targets.includes(target);
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

/** Tells of each publication once, in this process, that its target is not there. */
export function createStrandedReporter(
  targets: readonly string[],
  tell: (event: QueueEvent) => void,
): (state: QueueState, nowMs: number) => void {
  let told: ReadonlySet<number> = new Set();
  return ({ deliveries }, nowMs) => {
    const stranded = deliveries.filter((each) => isStranded(each, targets));
    const news = stranded.filter(({ id }) => !told.has(id));
    // What is not there any more is not remembered: no more than a queue holds.
    told = new Set(stranded.map(({ id }) => id));
    for (const { target, publication } of news) {
      const about = { target, device: publication.device, publication: publication.kind };
      tell({ kind: 'parked', ...about, code: STRANDED_CODE, atMs: nowMs });
    }
  };
}
