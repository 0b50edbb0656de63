import { DiscoveryError } from '../errors.ts';
import type { FailedSource } from './discovery-result.ts';

/** The error of a question that was not answered by all who would have had to; not thrown. */
export function unreachable(what: string, failed: readonly FailedSource[]): DiscoveryError {
  const errors = failed.map(({ error }) => error);
  const reasons = [...new Set(errors.map(({ code }) => code))].join(', ');
  const cause = new AggregateError(errors);
  return new DiscoveryError('DISCOVERY_UNREACHABLE', { what, sources: errors.length, reasons }, { cause });
}
