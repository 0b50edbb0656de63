import type { Role } from '@pubky-paykit/noise-core';
import { type Clock, noTelemetry, systemClock, type Telemetry } from '@pubky-paykit/primitives';
import type { ProfileName } from '../profiles/pattern-names.ts';
import { report } from './reporting.ts';

/** Why the wanted pattern was not used: it is switched off, or it does not give what the caller demands. */
export type DegradedBecause = 'switched-off' | 'requirement';

/** What a policy tells the application. */
export type PolicyEvent =
  | {
      readonly kind: 'degraded';
      readonly wanted: ProfileName;
      readonly used: ProfileName;
      readonly role: Role;
      readonly because: DegradedBecause;
      /** Unix milliseconds. */
      readonly atMs: number;
    }
  | {
      /** A wanted pattern that had been replaced is used again. */
      readonly kind: 'recovered';
      readonly wanted: ProfileName;
      readonly role: Role;
      /** Unix milliseconds. */
      readonly atMs: number;
    };

/** Whom a policy tells. */
export interface PolicyPorts {
  readonly telemetry?: Telemetry | undefined;
  /** Called during a selection; what it throws is ignored. */
  readonly onEvent?: ((event: PolicyEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
}

type Untimed<Event> = Event extends unknown ? Omit<Event, 'atMs'> : never;

/** Tells application and telemetry; neither can disturb the selection. */
export function createPolicyReporter({
  telemetry = noTelemetry,
  onEvent,
  clock = systemClock,
}: PolicyPorts): (event: Untimed<PolicyEvent>) => void {
  return (event) => {
    const { kind, ...attributes } = event;
    report(() => telemetry.count(`patterns.selections_${kind}`, 1, attributes));
    if (onEvent === undefined) return;
    // The clock is asked within: an event without a time is told to nobody, and counted like one nobody could take.
    if (!report(() => onEvent(Object.freeze({ ...event, atMs: clock.now() }) as PolicyEvent))) {
      report(() => telemetry.count('patterns.policy_listener_failed', 1, { kind }));
    }
  };
}
