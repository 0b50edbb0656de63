import { type CancelSignal, isCodedError, type RandomSource } from '@pubky-paykit/primitives';
import { FIND_TIMEOUT_MS, MAX_FIND_TIMEOUT_MS, MAX_OUTAGES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { FinderReporter } from './finding-events.ts';
import { Flights } from './flights.ts';
import { type LookedUp, type LookUpPorts, lookUp, regardAs } from './look-up.ts';
import { isRetryDue, type Outage, Outages, type SoughtKey } from './outages.ts';

/** What a round of probes has shown. */
export interface ProbeReport {
  /** Keys that can be looked up again. */
  readonly recovered: number;
  /** Keys that are still used degraded. */
  readonly degraded: number;
  /** Milliseconds until the next one may be probed; undefined if none is degraded. */
  readonly nextProbeMs: number | undefined;
}

/** Nobody was asked, or who was has not answered in time. */
export interface UnaskedKey {
  readonly outcome: 'unasked';
  /** DISCOVERY_LOOKUP_SUSPENDED or DISCOVERY_TIMED_OUT. */
  readonly error: DiscoveryError;
}

/** Asks for keys, but not again and again where nobody answers. */
export interface KeyAsking {
  /**
   * Looks a key up, or waits for whoever is doing so.
   *
   * @param hasKey Whether the caller has one to fall back on: then it waits 15 s at most, and not at all for somebody else's
   *   attempt in an outage.
   */
  ask(key: SoughtKey, hasKey: boolean, signal: CancelSignal | undefined): Promise<LookedUp | UnaskedKey>;
  /** A cached key is used because nobody could be asked. */
  degrade(key: SoughtKey): void;
  /** What is used degraded now. */
  degraded(): readonly Outage[];
  probe(signal: CancelSignal | undefined): Promise<ProbeReport>;
  resume(): void;
}

/** Named in errors. */
const WHAT = 'finding a key';

/** Each look-up in an outage has twice the time of the one before. */
function timeoutIn(outage: Outage | undefined): number {
  return Math.min(MAX_FIND_TIMEOUT_MS, FIND_TIMEOUT_MS * 2 ** (outage?.failures ?? 0));
}

/** A breaker for each key: other people's outages must not keep anybody's key from being looked up. */
export function createKeyAsking(
  ports: LookUpPorts,
  reporter: FinderReporter,
  random: RandomSource,
): KeyAsking {
  const { clock } = ports;
  const outages = new Outages(MAX_OUTAGES, random);
  const flights = new Flights<LookedUp>();

  async function flight(key: SoughtKey, signal: CancelSignal): Promise<LookedUp> {
    const startedMs = clock.now();
    try {
      const looked = await lookUp(ports, { ...key, timeoutMs: timeoutIn(outages.of(key)), signal });
      reporter.lookedUp(looked.outcome, startedMs);
      if (looked.outcome === 'unreachable') outages.fail(key, clock.now());
      else end(key);
      reporter.changed(key.address, looked.before.entry, looked);
      return looked;
    } catch (error) {
      reporter.lookedUp(isCodedError(error) ? error.code : 'uncoded', startedMs);
      throw error;
    }
  }

  function end(key: SoughtKey): void {
    const outage = outages.end(key);
    if (outage?.isDegraded) reporter.recovered(key.address, outage, outages.degraded().length);
  }

  /** In an outage one caller at a time asks, when it is time to; those with nothing to fall back on wait for it. */
  function isSuspended(key: SoughtKey, outage: Outage, hasKey: boolean): boolean {
    return flights.has(key.address.name) ? hasKey : !isRetryDue(outage, clock.now());
  }

  async function ask(
    key: SoughtKey,
    hasKey: boolean,
    signal: CancelSignal | undefined,
  ): Promise<LookedUp | UnaskedKey> {
    const outage = outages.of(key);
    if (outage !== undefined && isSuspended(key, outage, hasKey)) {
      const { failures, retryAtMs } = outage;
      const retryAfterMs = Math.max(0, Math.ceil(retryAtMs - clock.now()));
      const error = new DiscoveryError('DISCOVERY_LOOKUP_SUSPENDED', { failures, retryAfterMs });
      return { outcome: 'unasked', error };
    }
    const patienceMs = hasKey ? FIND_TIMEOUT_MS : Number.POSITIVE_INFINITY;
    const ride = { what: WHAT, clock, signal, patienceMs };
    const looked = await flights.ride(key.address.name, (ended) => flight(key, ended), ride);
    if (looked !== undefined) return regardAs(ports, looked, { ...key, signal });
    const error = new DiscoveryError('DISCOVERY_TIMED_OUT', { what: WHAT, afterMs: patienceMs });
    return { outcome: 'unasked', error };
  }

  return {
    ask,
    degrade(key) {
      const outage = outages.degrade(key);
      if (outage !== undefined) reporter.degraded(key.address, outage, outages.degraded().length);
    },
    degraded: () => outages.degraded(),
    async probe(signal) {
      let recovered = 0;
      for (const outage of outages.degraded()) {
        if (!isRetryDue(outage, clock.now())) continue;
        const looked = await ask(outage.key, false, signal);
        // The next one will hardly fare better, and has its turn in the next round.
        if (looked.outcome === 'unasked' || looked.outcome === 'unreachable') break;
        recovered += 1;
      }
      const [next, ...others] = outages.degraded();
      const nextProbeMs = next && Math.max(0, Math.ceil(next.retryAtMs - clock.now()));
      return { recovered, degraded: next === undefined ? 0 : 1 + others.length, nextProbeMs };
    },
    resume: () => outages.resume(clock.now()),
  };
}
