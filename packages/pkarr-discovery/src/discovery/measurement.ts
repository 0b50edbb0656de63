import { isCodedError, type Telemetry } from '@pubky-paykit/primitives';
import { report } from '../reporting.ts';
import type { DiscoverySettings } from './discovery-options.ts';
import type { DiscoveryResult } from './discovery-result.ts';

/** The outcome of a look-up that threw without a code: a mistake of the program. */
const UNCODED = 'uncoded';

/**
 * Does a look-up and measures it: `discovery.lookups` counts by `outcome`, that of the result or the code of what was
 * thrown, and `success`; `discovery.lookup_ms` records the milliseconds; `discovery.source_failures` counts by `source` and
 * `code`. Never the identity, nor the device.
 */
export async function measureLookup(
  { telemetry, clock }: Pick<DiscoverySettings, 'telemetry' | 'clock'>,
  work: () => Promise<DiscoveryResult>,
): Promise<DiscoveryResult> {
  const startedMs = clock.now();
  let outcome: string = UNCODED;
  try {
    const result = await work();
    outcome = result.outcome;
    countFailures(telemetry, result);
    return result;
  } catch (error) {
    if (isCodedError(error)) outcome = error.code;
    throw error;
  } finally {
    const attributes = { outcome, success: outcome === 'found' };
    // A clock that was set back has measured nothing, and a negative time would spoil the rest.
    const elapsedMs = Math.max(0, clock.now() - startedMs);
    report(() => telemetry.count('discovery.lookups', 1, attributes));
    report(() => telemetry.record('discovery.lookup_ms', elapsedMs, attributes));
  }
}

function countFailures(telemetry: Telemetry, { failed }: DiscoveryResult): void {
  for (const { source, error } of failed) {
    report(() => telemetry.count('discovery.source_failures', 1, { source, code: error.code }));
  }
}
