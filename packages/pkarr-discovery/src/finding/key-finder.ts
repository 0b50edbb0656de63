import {
  type CancelSignal,
  type Clock,
  noTelemetry,
  type RandomSource,
  systemClock,
  systemRandom,
  type Telemetry,
} from '@pubky-paykit/primitives';
import { type CachePolicySettings, cachePolicy, requireContactClass } from '../cache/cache-policy.ts';
import type { ContactClass } from '../cache/contact-policy.ts';
import { deviceAddress } from '../cache/device-address.ts';
import type { KeyCache } from '../cache/key-cache.ts';
import { DEFAULT_DEVICE, KEY_BYTES } from '../constants.ts';
import type { DiscoverNoiseKey } from '../discovery/discovery-result.ts';
import { requireStrongKey } from '../records/weak-key.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import { createFinderReporter, type KeyFinderEvent } from './finding-events.ts';
import { createKeyAsking, type ProbeReport } from './key-asking.ts';
import { createKeySearch } from './key-search.ts';
import type { SoughtKey } from './outages.ts';
import type { PeerKey } from './peer-key.ts';

/** What a finder works with. */
export interface KeyFinderOptions {
  /** Give it the memory of the same cache: `cache.memory`. */
  readonly discover: DiscoverNoiseKey;
  readonly cache: KeyCache;
  /** Give the discovery the same `maximumAgeSeconds` and `requireSignedFreshness`: cached keys are held to these. */
  readonly policy?: CachePolicySettings | undefined;
  readonly clock?: Clock | undefined;
  /** Spreads the attempts in an outage. */
  readonly random?: RandomSource | undefined;
  readonly telemetry?: Telemetry | undefined;
  /** Called during a look-up; what it throws is ignored. */
  readonly onEvent?: ((event: KeyFinderEvent) => void) | undefined;
}

/** Which key is looked for, and as what. */
export interface FindOptions {
  /** 1 to 63 of `a-z`, `0-9` and hyphen; `default` if not given. */
  readonly device?: string | undefined;
  /** `occasional` if not given: looked up at every connection, and cached for outages. */
  readonly contact?: ContactClass | undefined;
  readonly signal?: CancelSignal | undefined;
}

/** A key that can be used only because nobody can be asked about it. Times are Unix milliseconds. */
export interface DegradedKey {
  /** 32 bytes, the Ed25519 public key. */
  readonly identity: Uint8Array;
  readonly device: string;
  readonly sinceMs: number;
  /** When the next look-up is due. */
  readonly retryAtMs: number;
}

/**
 * Finds the Noise keys of peers. All methods take an identity of 32 bytes, which is copied, and reject with
 * DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE and DISCOVERY_CANCELLED, with what `KeyCache` throws, and with what the
 * discovery throws.
 */
export interface KeyFinder {
  /**
   * The key to connect to a peer with; undefined if it has published none, and none is known.
   *
   * @throws DISCOVERY_KEY_CONFLICT until the user decides, DISCOVERY_KEY_REVOKED for good.
   * @throws DISCOVERY_UNREACHABLE, DISCOVERY_LOOKUP_SUSPENDED, or the code that a record was refused with, if there is no
   *   cached key that may be used instead.
   */
  find(identity: Uint8Array, options?: FindOptions): Promise<PeerKey | undefined>;
  /**
   * Takes note of a key that a handshake such as XX has proved, and compares it with what the identity has published. Use the
   * connection when this resolves, and not before.
   *
   * @param noiseKey 32 bytes, X25519; copied.
   * @returns State `verified` if a record names the key, `tofu` if it is certain that there is none.
   * @throws DISCOVERY_KEY_CONFLICT if another key is known or published: somebody may be in between. Close the connection.
   * @throws DISCOVERY_UNREACHABLE, DISCOVERY_LOOKUP_SUSPENDED, or the code that a record was refused with, if no key is known: then
   *   this may be no first contact. Close the connection, and try again.
   * @throws DISCOVERY_KEY_REVOKED, DISCOVERY_WEAK_KEY
   */
  learn(identity: Uint8Array, noiseKey: Uint8Array, options?: FindOptions): Promise<PeerKey>;
  /**
   * Takes note that a handshake with a key has failed, and looks it up however recently that was done.
   *
   * @param noiseKey 32 bytes: the key that was used. If the cache has another one by now, that one is what is returned.
   * @returns What `find` gives. With the same key again, the cause lies elsewhere.
   * @throws What `find` throws.
   */
  handshakeFailed(
    identity: Uint8Array,
    noiseKey: Uint8Array,
    options?: FindOptions,
  ): Promise<PeerKey | undefined>;
  /** Keys that are used degraded now. */
  degraded(): readonly DegradedKey[];
  /**
   * Looks up keys that are used degraded and are due, one after the other, until one reaches nobody. The next use does the
   * same; call this where there may be none, after `nextProbeMs`.
   */
  probe(call?: { readonly signal?: CancelSignal | undefined }): Promise<ProbeReport>;
  /** The connection is back: all that waits may be tried at once. */
  resume(): void;
}

/**
 * From identities to the Noise keys to connect with: from the cache as long as its policy allows, otherwise looked up.
 *
 * A key at hand is used if nobody can be asked, or nothing that may be used is found, until its class of contacts or the age
 * of its record ends that; the record's age is looked at every time [S2.2]. For each key there is one look-up at a time, whoever
 * waits for it; what it shows is noted for each class of contacts that does.
 *
 * In an outage a key is looked up again after 2 s, then after twice the time before and so on up to 2 min, each cut by up to a
 * half by chance; whoever comes in between gets the cached key at once, or DISCOVERY_LOOKUP_SUSPENDED. Each of these look-ups
 * may take twice as long as the one before, from 15 s up to 60 s; who has a cached key waits 15 s at most.
 *
 * Telemetry: `discovery.key_finds` counts by `cache` (`hit`, `stale`, `miss`, `refused`) and `contact`;
 * `discovery.key_lookups` and `discovery.key_lookup_ms` by `outcome`; `discovery.keys_degraded`, `discovery.keys_recovered` and
 * `discovery.outage_ms`. See also `createKeyCache`.
 *
 * @throws RangeError, TypeError for a policy that is none.
 * @see P8 §4.5
 *
 * @example
 * ```ts
 * import { createKeyFinder, type DiscoverNoiseKey, type KeyCache } from '@pubky-paykit/pkarr-discovery';
 * declare const discover: DiscoverNoiseKey;
 * declare const cache: KeyCache;
 * declare const identity: Uint8Array; // 32 bytes
 * const finder = createKeyFinder({ discover, cache, onEvent: ({ kind, device }) => console.log(kind, device) });
 * const key = await finder.find(identity, { contact: 'frequent' });
 * if (key !== undefined) key.noiseKey; // 32 bytes, and key.reason says why
 * ```
 */
export function createKeyFinder(options: KeyFinderOptions): KeyFinder {
  const { discover, cache, clock = systemClock, random = systemRandom, telemetry = noTelemetry } = options;
  const policy = cachePolicy(options.policy);
  const reporter = createFinderReporter(telemetry, options.onEvent, clock);
  // Not the completed one: what is not given here must not loosen the policy of the discovery.
  const maximumAgeSeconds = options.policy?.maximumAgeSeconds;
  const ports = { discover, cache, clock, policy, maximumAgeSeconds };
  const asking = createKeyAsking(ports, reporter, random);
  const search = createKeySearch({ cache, policy, clock, asking, reporter });

  return {
    find: async (identity, call = {}) => search.find(soughtKey(identity, call), call.signal),
    async learn(identity, noiseKey, call = {}) {
      const proven = copyOfKey(noiseKey);
      requireStrongKey(proven);
      return search.learn(soughtKey(identity, call), proven, call.signal);
    },
    handshakeFailed: async (identity, noiseKey, call = {}) =>
      search.handshakeFailed(soughtKey(identity, call), copyOfKey(noiseKey), call.signal),
    degraded: () =>
      asking.degraded().map(({ key: { address }, sinceMs, retryAtMs }) => {
        return { identity: address.identity.slice(), device: address.device, sinceMs, retryAtMs };
      }),
    probe: ({ signal } = {}) => asking.probe(signal),
    resume: () => asking.resume(),
  };
}

function soughtKey(
  identity: Uint8Array,
  { device = DEFAULT_DEVICE, contact = 'occasional' }: FindOptions,
): SoughtKey {
  requireContactClass(contact);
  return { address: deviceAddress(identity, device), contact };
}

function copyOfKey(noiseKey: Uint8Array): Uint8Array {
  checkLength('a Noise key', noiseKey, KEY_BYTES, KEY_BYTES);
  return Uint8Array.from(noiseKey);
}
