import { isCodedError } from '@pubky-paykit/primitives';
import { deviceAddress } from '../cache/device-address.ts';
import { DEFAULT_DEVICE } from '../constants.ts';
import { readUnverifiedKeyRecord, type UnverifiedKeyRecord } from '../records/unverified-key-record.ts';
import { askSources, openSources, readRecords } from './asking.ts';
import type { DiscoverySettings } from './discovery-options.ts';
import type { DiscoverOptions, FailedSource } from './discovery-result.ts';

/** What a source claims about a device: anybody may have written it. */
export interface UnverifiedClaim extends UnverifiedKeyRecord {
  readonly source: string;
}

/** What sources claim about a device, verified by nobody. */
export interface UnverifiedClaims {
  /** In the stated order of the sources; a source may make several. */
  readonly claims: readonly UnverifiedClaim[];
  /** Sources whose records are malformed, weak, revoked, stale or from the future. */
  readonly refused: readonly FailedSource[];
  /** Sources that gave no answer. */
  readonly failed: readonly FailedSource[];
}

/** Collects what sources claim. Nothing is remembered of it. */
export async function discoverUnverified(
  { sources, policy, clock, patienceMs, timeoutMs }: DiscoverySettings,
  identity: Uint8Array,
  options: DiscoverOptions,
): Promise<UnverifiedClaims> {
  const address = deviceAddress(identity, options.device ?? DEFAULT_DEVICE);
  const { given, failed } = await askSources({
    what: 'looking up claims',
    sources: openSources(sources, address.identity),
    ask: (source, call) => readRecords(source, address.device, call),
    enough: (records) => records.length > 0,
    patienceMs,
    timeoutMs: options.timeoutMs ?? timeoutMs,
    clock,
    signal: options.signal,
  });
  const claims: UnverifiedClaim[] = [];
  const refused: FailedSource[] = [];
  const maximumAgeSeconds = options.maximumAgeSeconds ?? policy.maximumAgeSeconds;
  for (const { source, value } of given) {
    for (const record of value) {
      try {
        claims.push({ source, ...readUnverifiedKeyRecord(record, { maximumAgeSeconds, clock }) });
      } catch (error) {
        if (!isCodedError(error)) throw error;
        refused.push({ source, error });
      }
    }
  }
  return { claims, refused, failed };
}
