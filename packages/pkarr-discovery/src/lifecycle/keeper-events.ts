import { noTelemetry, type Telemetry } from '@pubky-paykit/primitives';
import { report } from '../reporting.ts';

/**
 * What a keeper tells the application. All but `failed` are told once the ledger says so durably, though the call may fail
 * behind that; publishing is the queue's, which tells of it itself. A process that dies just then tells nothing, and another
 * process tells its own application only: what must not be missed, such as to wipe the secret of a key that is not alive any
 * more, follows from `status().ledger` at the next start.
 *
 * - `created`: the device has a new key, and had none;
 * - `adopted`: the ledger was lost or new, and the key that is published is one of ours;
 * - `restamped`: the records of all living keys were signed again;
 * - `rotated`: a new key is to take the place of the former one, which is still to be answered with;
 * - `confirmed`: every target has the current key: begin connections with it from now on;
 * - `retired`: the overlap of a key is over: wipe its secret;
 * - `revoked`: a key must not be used any more: end its sessions and wipe its secret;
 * - `restated`: a target did not have what is to be known of a key, such as one that came later; it is told again;
 * - `withdrawn`: a revocation is not published any more, because it is not needed;
 * - `failed`: something that was due could not be done. It is tried again.
 */
export type KeeperEvent =
  | {
      readonly kind:
        | 'created'
        | 'adopted'
        | 'rotated'
        | 'confirmed'
        | 'retired'
        | 'revoked'
        | 'restated'
        | 'withdrawn';
      readonly device: string;
      /** Of the key it is about: the new one where there are two. */
      readonly context: string;
      /** Unix milliseconds. */
      readonly atMs: number;
    }
  | { readonly kind: 'restamped'; readonly device: string; readonly atMs: number }
  | { readonly kind: 'failed'; readonly device: string; readonly code: string; readonly atMs: number };

/** Whom a keeper tells. */
export interface KeeperListeners {
  /** What it throws is ignored. */
  readonly onEvent?: ((event: KeeperEvent) => void) | undefined;
  readonly telemetry?: Telemetry | undefined;
}

/**
 * Tells application and telemetry; neither can disturb the keeper. `discovery.keys_{kind}` counts, such as
 * `discovery.keys_rotated` and `discovery.keys_revoked`; `failed` by its code. Devices are not told to telemetry [M1].
 */
export function createKeeperReporter({
  onEvent,
  telemetry = noTelemetry,
}: KeeperListeners): (event: KeeperEvent) => void {
  return (event) => {
    const attributes = 'code' in event ? { code: event.code } : {};
    report(() => telemetry.count(`discovery.keys_${event.kind}`, 1, attributes));
    report(() => onEvent?.(Object.freeze({ ...event })));
  };
}
