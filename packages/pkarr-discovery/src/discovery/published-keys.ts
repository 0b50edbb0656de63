import { type CancelSignal, equalBytes } from '@pubky-paykit/primitives';
import { deviceAddress } from '../cache/device-address.ts';
import { KEY_BYTES, LOOK_UP_LANES, MAX_LOOKED_UP_DEVICES } from '../constants.ts';
import { isFormerDevice } from '../lifecycle/former-device.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import { openSources } from './asking.ts';
import { listDevicesAt } from './device-list.ts';
import { discoverAt } from './discover.ts';
import type { DiscoverySettings } from './discovery-options.ts';
import type { DiscoveryResult } from './discovery-result.ts';
import { rememberedRevocation } from './remembered-revocation.ts';
import { unreachable } from './unreachable.ts';

/** What ends a look-up of all keys. */
export interface LookUpCall {
  readonly signal?: CancelSignal | undefined;
}

/** The keys that the identity has revoked by its signed word. */
function revokedBy(result: DiscoveryResult): readonly Uint8Array[] {
  const remembered = rememberedRevocation(result);
  const seen = result.revocations.map(({ revokedKey }) => revokedKey);
  return remembered === undefined ? seen : [...seen, remembered];
}

/**
 * The verified, fresh and unrevoked keys of an identity's devices, 16 devices at most, of which `default` is the first.
 *
 * @throws DISCOVERY_UNREACHABLE if there is none, but a source did not answer.
 */
export async function lookUpPublishedKeys(
  settings: DiscoverySettings,
  given: Uint8Array,
  { signal }: LookUpCall,
): Promise<readonly Uint8Array[]> {
  checkLength('an identity', given, KEY_BYTES, KEY_BYTES);
  const identity = Uint8Array.from(given);
  // One look for all devices: a packet holds the records of all of them.
  const sources = openSources(settings.sources, identity);
  const list = await listDevicesAt(settings, sources, { signal });
  // `default` stays first. Former keys are taken for a while, but must not keep current ones from being looked up.
  const current = list.devices.filter((device) => !isFormerDevice(device));
  const former = list.devices.filter(isFormerDevice);
  const waiting = [...current, ...former].slice(0, MAX_LOOKED_UP_DEVICES);
  const results: DiscoveryResult[] = [];
  async function work(): Promise<void> {
    for (let device = waiting.shift(); device !== undefined; device = waiting.shift()) {
      results.push(await discoverAt(settings, deviceAddress(identity, device), sources, { signal }));
    }
  }
  await Promise.all(Array.from({ length: LOOK_UP_LANES }, work));
  // A revocation may stand under the former id of a key that somebody still shows under the one of its device.
  const revoked = results.flatMap(revokedBy);
  const found = results.flatMap((result) => (result.outcome === 'found' ? [result.record.noiseKey] : []));
  const keys = found.filter((key) => !revoked.some((other) => equalBytes(other, key)));
  const failed = [...list.failed, ...results.flatMap((result) => result.failed)];
  if (keys.length === 0 && failed.length > 0) throw unreachable('the list of keys', failed);
  return keys;
}
