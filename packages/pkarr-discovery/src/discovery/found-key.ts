import type { CodedErrorFields } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';
import type { VerifiedKeyRecord } from '../records/verified-key-record.ts';
import type { DiscoveryResult } from './discovery-result.ts';
import { unreachable } from './unreachable.ts';

/**
 * The record of a look-up that found one, and otherwise the error it comes to, for callers who have nothing else to do.
 *
 * @throws DISCOVERY_KEY_ABSENT, DISCOVERY_UNREACHABLE, and the error of the result: DISCOVERY_KEY_REVOKED,
 * DISCOVERY_KEY_ROLLED_BACK, DISCOVERY_KEY_DOWNGRADED, DISCOVERY_KEY_STALE, DISCOVERY_KEY_FROM_FUTURE,
 * DISCOVERY_FRESHNESS_UNSIGNED, DISCOVERY_FRESHNESS_FORGED, DISCOVERY_KEY_RECORD_FORGED, DISCOVERY_WEAK_KEY,
 * DISCOVERY_KEY_RECORD_MALFORMED, DISCOVERY_KEY_RECORD_INCOMPLETE
 *
 * @example
 * ```ts
 * import { type Discovery, requireFoundKey } from '@pubky-paykit/pkarr-discovery';
 * declare const discovery: Discovery;
 * declare const identity: Uint8Array; // 32 bytes, of the peer
 * const { noiseKey } = requireFoundKey(await discovery.discoverNoiseKey(identity));
 * ```
 */
export function requireFoundKey(result: DiscoveryResult): VerifiedKeyRecord {
  if (result.outcome === 'found') return result.record;
  throw failureOf(result);
}

/** What a look-up comes to that found none; not thrown. */
export function failureOf(result: Exclude<DiscoveryResult, { readonly outcome: 'found' }>): CodedErrorFields {
  if (result.outcome === 'absent') return new DiscoveryError('DISCOVERY_KEY_ABSENT');
  return result.outcome === 'unreachable' ? unreachable('the Noise key', result.failed) : result.error;
}
