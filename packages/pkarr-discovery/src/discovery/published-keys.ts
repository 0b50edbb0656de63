import { type CancelSignal, equalBytes } from '@pubky-paykit/primitives';
import { deviceAddress } from '../cache/device-address.ts';
import { KEY_BYTES, LOOK_UP_LANES, MAX_LOOKED_UP_DEVICES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { formerDevice, isFormerDevice, MAX_KEPT_DEVICE_CHARACTERS } from '../lifecycle/former-device.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import { type OpenSource, openSources } from './asking.ts';
import { listDevicesAt } from './device-list.ts';
import { lookUpOrder } from './device-order.ts';
import { discoverAt } from './discover.ts';
import type { DiscoverySettings } from './discovery-options.ts';
import type { DiscoveryResult, UnreachableKey } from './discovery-result.ts';
import { rememberedRevocation } from './remembered-revocation.ts';
import { unreachable } from './unreachable.ts';

/** What ends a look-up of all keys. */
export interface LookUpCall {
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds for all of it, and up to 5 s more until it is remembered; that of the discovery unless given. */
  readonly timeoutMs?: number | undefined;
}

/** The keys that the identity has revoked by its signed word. */
function revokedBy(result: DiscoveryResult): readonly Uint8Array[] {
  const remembered = rememberedRevocation(result);
  const seen = result.revocations.map(({ revokedKey }) => revokedKey);
  return remembered === undefined ? seen : [...seen, remembered];
}

/** The id under which the revocation of a key may stand that somebody still shows under the one of its device, if it has one. */
function formerIds(result: DiscoveryResult): readonly string[] {
  if (result.outcome !== 'found') return [];
  const { device, noiseKey } = result.record;
  const isKept = !isFormerDevice(device) && device.length <= MAX_KEPT_DEVICE_CHARACTERS;
  return isKept ? [formerDevice(device, noiseKey)] : [];
}

/** What becomes of a device that is not looked up any more. */
function outOfTime(sources: readonly OpenSource[], afterMs: number): UnreachableKey {
  const error = new DiscoveryError('DISCOVERY_TIMED_OUT', { what: 'looking up Noise keys', afterMs });
  const failed = sources.map(({ name: source }) => ({ source, error }));
  return { outcome: 'unreachable', failed, disagreements: [], revocations: [] };
}

/** Looks devices up, a few at a time. When one look-up throws, no further one begins. */
async function inLanes(
  devices: readonly string[],
  lookUp: (device: string) => Promise<DiscoveryResult>,
): Promise<readonly DiscoveryResult[]> {
  const waiting = [...devices];
  const results: DiscoveryResult[] = [];
  async function work(): Promise<void> {
    for (let device = waiting.shift(); device !== undefined; device = waiting.shift()) {
      results.push(await lookUp(device));
    }
  }
  try {
    await Promise.all(Array.from({ length: LOOK_UP_LANES }, work));
  } finally {
    waiting.length = 0;
  }
  return results;
}

/**
 * The verified, fresh and unrevoked keys of an identity's devices, 16 devices at most, of which `default` is the first. Each
 * source has its share of them, and what is said of the keys that are found is asked for beyond that.
 *
 * @throws DISCOVERY_UNREACHABLE if there is none, but a source did not answer; DISCOVERY_TOO_MANY_DEVICES if there is none,
 * but more devices than were looked up.
 */
export async function lookUpPublishedKeys(
  settings: DiscoverySettings,
  given: Uint8Array,
  { signal, timeoutMs = settings.timeoutMs }: LookUpCall,
): Promise<readonly Uint8Array[]> {
  checkLength('an identity', given, KEY_BYTES, KEY_BYTES);
  const identity = Uint8Array.from(given);
  // One look for all devices: a packet holds the records of all of them.
  const sources = openSources(settings.sources, identity);
  const startedMs = settings.clock.now();
  const leftMs = () => Math.max(0, timeoutMs - Math.max(0, settings.clock.now() - startedMs));
  const list = await listDevicesAt(settings, sources, { signal, timeoutMs });
  const listed = lookUpOrder(list.lists);
  const devices = listed.slice(0, MAX_LOOKED_UP_DEVICES);
  const lookUp = async (device: string): Promise<DiscoveryResult> => {
    const call = { signal, timeoutMs: leftMs() };
    if (call.timeoutMs === 0) return outOfTime(sources, timeoutMs);
    return discoverAt(settings, deviceAddress(identity, device), sources, call);
  };
  const first = await inLanes(devices, lookUp);
  const former = new Set(first.flatMap(formerIds));
  const left = listed.filter((device) => former.has(device) && !devices.includes(device));
  const results = [...first, ...(await inLanes(left, lookUp))];
  const revoked = results.flatMap(revokedBy);
  const found = results.flatMap((result) => (result.outcome === 'found' ? [result.record.noiseKey] : []));
  const keys = found.filter((key) => !revoked.some((other) => equalBytes(other, key)));
  if (keys.length > 0) return keys;
  const failed = [...list.failed, ...results.flatMap((result) => result.failed)];
  if (failed.length > 0) throw unreachable('the list of keys', failed);
  if (list.complete && listed.length <= MAX_LOOKED_UP_DEVICES) return [];
  throw new DiscoveryError('DISCOVERY_TOO_MANY_DEVICES', { maximum: MAX_LOOKED_UP_DEVICES });
}
