import { type Clock, noTelemetry, systemClock, type Telemetry } from '@pubky-paykit/primitives';
import { DISCOVERY_PATIENCE_MS, DISCOVERY_TIMEOUT_MS, MAX_LISTED_DEVICES } from '../constants.ts';
import { requireRule } from '../records/freshness.ts';
import type { KeyRecordPolicy } from '../records/verify-key-record.ts';
import type { KeyRecordSource } from '../sources/key-record-source.ts';
import type { RollBackKeeper } from './roll-back-keeper.ts';

/** What keys have to fulfil, and whose word is enough. */
export interface DiscoveryPolicy
  extends Pick<KeyRecordPolicy, 'maximumAgeSeconds' | 'requireSignedFreshness'> {
  /**
   * Whether "there is none" is believed of those who answer while another source does not. Off by default: whoever can
   * silence a source could hide a key.
   */
  readonly trustAbsence?: boolean | undefined;
}

/** What a discovery works with. */
export interface DiscoveryOptions {
  /** One at least, each with a name of its own, in the order they are told in. All are asked at once. */
  readonly sources: readonly KeyRecordSource[];
  /** The memory against roll-back: that of a key cache, or a `createRollBackKeeper` of its own. */
  readonly memory: RollBackKeeper;
  readonly policy?: DiscoveryPolicy;
  readonly clock?: Clock;
  readonly telemetry?: Telemetry;
  /**
   * Milliseconds the other sources are waited for once one has a key or a revocation that signs its time; 3 s by default,
   * `Infinity` for as long as they may take. For what anybody can have written no time is taken from the others. Whoever is not waited for has failed, and the result says so.
   */
  readonly patienceMs?: number;
  /**
   * Milliseconds for all of one look-up, unless it says otherwise itself; 20 s by default. What is remembered of it gets 5 s at
   * least, so it can take up to 5 s more.
   */
  readonly timeoutMs?: number;
}

/** The options of a discovery, complete. */
export interface DiscoverySettings {
  readonly sources: readonly KeyRecordSource[];
  readonly memory: RollBackKeeper;
  readonly policy: DiscoveryPolicy;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly patienceMs: number;
  readonly timeoutMs: number;
  /** Names taken of each source. */
  readonly maximumDevices: number;
}

/** @throws TypeError without sources, or with two of one name. @throws RangeError for a maximum age that is none. */
export function settingsOf(options: DiscoveryOptions): DiscoverySettings {
  const { sources, memory, policy = {}, clock = systemClock, telemetry = noTelemetry } = options;
  const { patienceMs = DISCOVERY_PATIENCE_MS, timeoutMs = DISCOVERY_TIMEOUT_MS } = options;
  const names = sources.map(({ name }) => name);
  if (names.length === 0 || new Set(names).size !== names.length) {
    throw new TypeError('a discovery needs one source at least, and no two of one name');
  }
  requireRule({ maximumAgeSeconds: policy.maximumAgeSeconds, clock });
  return {
    sources: [...sources],
    memory,
    policy,
    clock,
    telemetry,
    patienceMs,
    timeoutMs,
    maximumDevices: MAX_LISTED_DEVICES,
  };
}
