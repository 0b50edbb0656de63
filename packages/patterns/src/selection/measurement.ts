import type { Role } from '@pubky-paykit/noise-core';
import { type Clock, isCodedError, type Telemetry } from '@pubky-paykit/primitives';
import type { PolicySelection } from './policy.ts';
import { report } from './reporting.ts';

/** Where the measurements of handshakes go, and the time they are taken by. */
export interface MeasurementPorts {
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** The outcome of work that failed without a code: a mistake of the program, or a cancellation. */
const UNCODED = 'uncoded';

/** The time in milliseconds; `undefined` if the clock shows none, which must not cost anybody a session. */
function timeOf(clock: Clock): number | undefined {
  try {
    const nowMs = clock.now();
    return Number.isFinite(nowMs) ? nowMs : undefined;
  } catch {
    return undefined;
  }
}

function outcomeOf(error: unknown): string {
  return isCodedError(error) ? error.code : UNCODED;
}

/**
 * Does the work of a handshake and measures it, by pattern and by the arm of an experiment: `patterns.handshakes` counts,
 * `patterns.handshake_ms` records the milliseconds. Both carry `pattern`, `role`, `outcome` (`ok` or the code of the
 * error), and `experiment` and `arm` where there are any; never the peer.
 *
 * @param selection What the policy chose; a responder names the pattern of the negotiation byte.
 * @param work Started once, at once. Its result and its error are passed on unchanged, whatever telemetry and clock do;
 *   without a time it is counted and not timed.
 * @example
 * ```ts
 * import { createPatternPolicy, measureHandshake, type Situation } from '@pubky-paykit/patterns';
 * import { systemClock, type Telemetry } from '@pubky-paykit/primitives';
 * const policy = createPatternPolicy();
 * function connect(situation: Situation, peer: string, telemetry: Telemetry, open: (pattern: string) => Promise<void>) {
 *   const selection = policy.select(situation, { peer });
 *   return measureHandshake(selection, 'initiator', { telemetry, clock: systemClock }, () => open(selection.pattern));
 * }
 * ```
 */
export async function measureHandshake<Result>(
  selection: Pick<PolicySelection, 'pattern' | 'arm'>,
  role: Role,
  { telemetry, clock }: MeasurementPorts,
  work: () => Promise<Result>,
): Promise<Result> {
  const { pattern, arm } = selection;
  const startedMs = timeOf(clock);
  let outcome = 'ok';
  try {
    return await work();
  } catch (error) {
    outcome = outcomeOf(error);
    throw error;
  } finally {
    const assigned = arm && { experiment: arm.experiment, arm: arm.name };
    const attributes = { pattern, role, outcome, ...assigned };
    const endedMs = timeOf(clock);
    report(() => telemetry.count('patterns.handshakes', 1, attributes));
    if (startedMs !== undefined && endedMs !== undefined) {
      // A clock that was set back has measured nothing, and a negative time would spoil the rest.
      const elapsedMs = Math.max(0, endedMs - startedMs);
      report(() => telemetry.record('patterns.handshake_ms', elapsedMs, attributes));
    }
  }
}
