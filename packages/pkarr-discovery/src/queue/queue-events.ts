import { noTelemetry, type Telemetry } from '@pubky-paykit/primitives';
import type { Publication } from '../publications/publication.ts';
import { report } from '../reporting.ts';

/**
 * What a queue tells the application [O5].
 *
 * - `published`: a target has it, after so many failed attempts;
 * - `partial`: not all of its places (relays) have stored it, and these may still give what was there before, such as a revoked
 *   key; published again, as with the next record of the device, it reaches them; or a packet has no room for a former key, and
 *   does without (DISCOVERY_PACKET_TOO_LARGE);
 * - `parked`: a target has refused it for good, it cannot leave any more, or its target is not there: see the code; told again
 *   only of another code;
 * - `degraded`: a target cannot be reached or fails for now; told once;
 * - `recovered`: that target has taken something again;
 * - `failed`: the queue itself could not do its work, such as because of its store. It tries again.
 */
export type QueueEvent =
  | (AboutDelivery & { readonly kind: 'published'; readonly attempts: number })
  | (AboutDelivery & { readonly kind: 'partial'; readonly code: string; readonly places: readonly string[] })
  | (AboutDelivery & { readonly kind: 'parked'; readonly code: string })
  | (AboutTarget & { readonly kind: 'degraded'; readonly code: string })
  | (AboutTarget & { readonly kind: 'recovered' })
  | { readonly kind: 'failed'; readonly code: string; readonly atMs: number };

interface AboutTarget {
  readonly target: string;
  /** Unix milliseconds. */
  readonly atMs: number;
}

interface AboutDelivery extends AboutTarget {
  readonly device: string;
  readonly publication: Publication['kind'];
}

/** Whom a queue tells. */
export interface QueueListeners {
  /** Told once the queue has noted it durably, and not of what happened in a process that died. What it throws is ignored. */
  readonly onEvent?: ((event: QueueEvent) => void) | undefined;
  readonly telemetry?: Telemetry | undefined;
}

/**
 * Tells application and telemetry; neither can disturb the queue. `discovery.publications_{kind}` counts by target and,
 * where there are any, kind of publication and code. Devices are not told to telemetry.
 */
export function createQueueReporter({
  onEvent,
  telemetry = noTelemetry,
}: QueueListeners): (event: QueueEvent) => void {
  return (event) => {
    const { kind } = event;
    const attributes = {
      ...('target' in event && { target: event.target }),
      ...('publication' in event && { publication: event.publication }),
      ...('code' in event && { code: event.code }),
    };
    report(() => telemetry.count(`discovery.publications_${kind}`, 1, attributes));
    report(() => onEvent?.(Object.freeze({ ...event })));
  };
}
