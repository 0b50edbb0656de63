import { type CancelSignal, type Clock, type CodedErrorFields, equalBytes } from '@pubky-paykit/primitives';
import type { CachePolicy } from '../cache/cache-policy.ts';
import type { CachedKey, KeyObservation } from '../cache/cached-key.ts';
import type { ContactClass } from '../cache/contact-policy.ts';
import type { DeviceAddress } from '../cache/device-address.ts';
import { type KeptKey, type ObservedKey, observeKept, standingEntry } from '../cache/kept-key.ts';
import type { KeyCache } from '../cache/key-cache.ts';
import { DISCOVERY_PATIENCE_MS, FIND_MARGIN_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import type { DiscoverNoiseKey, DiscoveryResult } from '../discovery/discovery-result.ts';
import { failureOf } from '../discovery/found-key.ts';
import { rememberedRevocation } from '../discovery/remembered-revocation.ts';
import { DiscoveryError } from '../errors.ts';
import { requireFresh } from '../records/freshness.ts';
import { rollBackRefusal, withRevokedKey } from '../records/roll-back.ts';
import type { VerifiedKeyRecord, VerifiedRevocation } from '../records/verified-key-record.ts';
import { fateOf, formerAddress, isUnanswered, replacedKey } from './former-key.ts';

/** What a look-up works with. */
export interface LookUpPorts {
  readonly discover: DiscoverNoiseKey;
  readonly cache: KeyCache;
  readonly clock: Clock;
  readonly policy: CachePolicy;
  /** The age in seconds that the discovery is asked for; its own if undefined. The policy is looked at in any case. */
  readonly maximumAgeSeconds: number | undefined;
}

/** For what, and how long. */
export interface LookUpTask {
  readonly address: DeviceAddress;
  readonly contact: ContactClass;
  readonly timeoutMs: number;
  readonly signal: CancelSignal;
}

/** For whom the cache takes note. */
type NotedTask = Pick<LookUpTask, 'address' | 'contact'> & { readonly signal: CancelSignal | undefined };

/** What a look-up has shown, whoever it was for. */
interface Sighting {
  readonly result: DiscoveryResult;
  readonly seen: readonly KeyObservation[];
  readonly before: KeptKey;
  readonly refusesCached: boolean;
  readonly error: CodedErrorFields | undefined;
}

/** What a look-up has come to, after the cache has taken note of it. */
export interface LookedUp {
  /** As what the cache has taken note. */
  readonly contact: ContactClass;
  readonly sighting: Sighting;
  readonly outcome: DiscoveryResult['outcome'];
  /** What was kept when it began, as time had left it, and what is kept now. */
  readonly before: KeptKey;
  readonly kept: KeptKey;
  /** The entry as it is now, also of contacts of whom no key is kept. */
  readonly entry: CachedKey;
  /** The same for the class it was looked for as. */
  readonly answer: CachedKey;
  /** With outcome `found`: the source of the record. */
  readonly source: string | undefined;
  /** With any other outcome: why there is no key. */
  readonly error: CodedErrorFields | undefined;
  /** Whether that refuses the cached key, too, though the entry does not show it: a revocation nobody signed. */
  readonly refusesCached: boolean;
}

/** Before everything that has a date. */
const UNDATED = -1n;

const UNREACHABLE: DiscoveryResult = Object.freeze({
  outcome: 'unreachable',
  failed: [],
  disagreements: [],
  revocations: [],
});

/** Does not wait for sources that keep no time. */
async function discoverInTime(
  { discover, clock, maximumAgeSeconds }: LookUpPorts,
  { address, timeoutMs, signal }: LookUpTask,
): Promise<DiscoveryResult> {
  const { identity, device } = address;
  const limits = { what: 'looking a key up', clock, timeoutMs: timeoutMs + FIND_MARGIN_MS, signal };
  try {
    return await withDeadline(limits, ({ race }) =>
      race((ended) => discover(identity.slice(), { device, maximumAgeSeconds, timeoutMs, signal: ended })),
    );
  } catch (error) {
    if (error instanceof DiscoveryError && error.code === 'DISCOVERY_TIMED_OUT') return UNREACHABLE;
    throw error;
  }
}

/** A record that the policy refuses is no record: the discovery may have had another rule, or another clock. */
function judged(result: DiscoveryResult, { clock, policy }: LookUpPorts): DiscoveryResult {
  if (result.outcome !== 'found') return result;
  const { record, source, failed, disagreements, revocations } = result;
  if (policy.requireSignedFreshness && record.freshness === 'unsigned') {
    const error = new DiscoveryError('DISCOVERY_FRESHNESS_UNSIGNED');
    return { outcome: 'unsigned', error, source, failed, disagreements, revocations };
  }
  const rule = { clock, maximumAgeSeconds: policy.maximumAgeSeconds };
  try {
    requireFresh(record.timestampSeconds, rule);
    return result;
  } catch (error) {
    if (!(error instanceof DiscoveryError)) throw error;
    const outcome = error.code === 'DISCOVERY_KEY_STALE' ? 'stale' : 'future';
    return { outcome, error, source, failed, disagreements, revocations };
  }
}

/** Whether an unsigned revocation is about the very key that is cached, which is then not used (W-11: fail closed). */
function isDoubted(result: DiscoveryResult, entry: CachedKey): boolean {
  if (result.outcome !== 'revoked' || result.revocation !== undefined || entry.state === 'unknown')
    return false;
  return equalBytes(result.revokedKey, entry.noiseKey);
}

/** Whether a revocation counts more than a record: what is signed more than what is not, and what is newer. */
function outdoes({ timestampSeconds = UNDATED }: VerifiedRevocation, record: VerifiedKeyRecord): boolean {
  return record.freshness === 'unsigned' || timestampSeconds >= record.timestampSeconds;
}

/**
 * What the cache has to know, in the order in which it counts: a record goes before what is said of the keys it has replaced,
 * or its own key would never be learnt.
 */
function observations(result: DiscoveryResult, doubted: boolean): readonly KeyObservation[] {
  const doubt = doubted ? [{ kind: 'doubt' } as const] : [];
  if (result.outcome !== 'found') return [...result.revocations, ...doubt];
  const { record, revocations } = result;
  const newer = revocations.filter((revocation) => outdoes(revocation, record));
  return [...newer, record, ...revocations.filter((revocation) => !newer.includes(revocation))];
}

/**
 * What became of the key before the one that was found: asked where its owner would say so. For no longer than a word against
 * the found key would be waited for, as nobody shall wait long for a key because of the one before it.
 */
async function formerObservations(
  ports: LookUpPorts,
  task: LookUpTask,
  { entry }: KeptKey,
  result: DiscoveryResult,
  timeoutMs: number,
): Promise<readonly KeyObservation[]> {
  if (result.outcome !== 'found') return [];
  const noiseKey = replacedKey(entry, result.record);
  const address = noiseKey && formerAddress(task.address, noiseKey);
  if (noiseKey === undefined || address === undefined) return [];
  const answer = await discoverInTime(ports, { ...task, address, timeoutMs }).catch((error: unknown) => {
    // The key that was found is no worse for it.
    if (!isUnanswered(error)) throw error;
    return UNREACHABLE;
  });
  const fate = fateOf(judged(answer, ports), noiseKey, result.record);
  return fate === 'stands' ? [] : [{ kind: 'former', noiseKey, fate }];
}

/** What the cache makes of it. Nothing is written for a look-up that has shown nothing: above all it validates nothing. */
async function noted(
  { cache, policy, clock }: LookUpPorts,
  { address, contact, signal }: NotedTask,
  seen: readonly KeyObservation[],
): Promise<ObservedKey> {
  const { identity, device } = address;
  if (seen.length > 0) return cache.observe(identity, device, seen, { contact, policy, signal });
  return observeKept(await cache.read(identity, device, { signal }), seen, { contact, policy, clock });
}

/**
 * Looks a key up and lets the cache take note. When it resolves, all that was learnt would survive a crash.
 *
 * @throws DISCOVERY_CANCELLED, and what the discovery and the cache throw.
 */
export async function lookUp(ports: LookUpPorts, task: LookUpTask): Promise<LookedUp> {
  const { cache, clock, policy } = ports;
  const { address, signal } = task;
  const { identity, device } = address;
  const startedMs = clock.now();
  const kept = await cache.read(identity, device, { signal });
  const before = { ...kept, entry: standingEntry(kept, { contact: task.contact, policy, clock }) };
  const result = judged(await discoverInTime(ports, task), ports);
  const leftMs = Math.max(FIND_MARGIN_MS, task.timeoutMs - Math.max(0, clock.now() - startedMs));
  const formerMs = Math.min(leftMs, DISCOVERY_PATIENCE_MS);
  const former = await formerObservations(ports, task, before, result, formerMs);
  const revokedKey = rememberedRevocation(result);
  if (revokedKey !== undefined) {
    await cache.memory.update(address, (memory) => withRevokedKey(memory, revokedKey), { signal });
  }
  const refusesCached = isDoubted(result, before.entry);
  const error = result.outcome === 'found' ? undefined : failureOf(result);
  const seen = [...observations(result, refusesCached), ...former];
  return conclude(ports, task, { result, seen, before, refusesCached, error });
}

/** Lets the cache take note for one class of contacts. */
async function conclude(ports: LookUpPorts, task: NotedTask, sighting: Sighting): Promise<LookedUp> {
  const { result, seen, before, refusesCached, error } = sighting;
  const { kept, entry, answer, outcomes } = await noted(ports, task, seen);
  const { contact } = task;
  const looked = {
    contact,
    sighting,
    outcome: result.outcome,
    before,
    kept,
    entry,
    answer,
    error,
    refusesCached,
  };
  if (result.outcome !== 'found') return { ...looked, source: undefined };
  const outcome = outcomes[seen.indexOf(result.record)] ?? 'accepted';
  if (outcome === 'accepted') return { ...looked, source: result.source };
  return { ...looked, outcome, source: undefined, error: rollBackRefusal(outcome) };
}

/**
 * What a look-up means for somebody who has waited for it as another class of contacts than it was made for: the cache takes
 * note for this one, too, who may keep more of it, or less.
 *
 * @throws What the cache throws.
 */
export async function regardAs(ports: LookUpPorts, looked: LookedUp, task: NotedTask): Promise<LookedUp> {
  return looked.contact === task.contact ? looked : conclude(ports, task, looked.sighting);
}
