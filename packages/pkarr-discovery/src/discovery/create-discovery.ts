import { deviceAddress } from '../cache/device-address.ts';
import { DEFAULT_DEVICE } from '../constants.ts';
import { type DeviceList, type ListDevicesOptions, listDevices } from './device-list.ts';
import { discover } from './discover.ts';
import { type DiscoveryOptions, settingsOf } from './discovery-options.ts';
import type { DiscoverNoiseKey, DiscoverOptions } from './discovery-result.ts';
import { type LookUpCall, lookUpPublishedKeys } from './published-keys.ts';
import { inMemory } from './remembering.ts';
import { discoverUnverified, type UnverifiedClaims } from './unverified.ts';

/** Finds Noise keys. No method needs its object. */
export interface Discovery {
  /** The current key of a device: verified, fresh, unrevoked, and never older than one that was seen before. */
  readonly discoverNoiseKey: DiscoverNoiseKey;
  /**
   * What the sources claim about a device, **verified by nobody**, for tools that show what is there. Never connect with
   * such a key.
   *
   * @param identity 32 bytes; copied.
   * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE, DISCOVERY_CANCELLED
   */
  readonly discoverUnverifiedClaims: (
    identity: Uint8Array,
    options?: DiscoverOptions,
  ) => Promise<UnverifiedClaims>;
  /**
   * The devices an identity has records of, 64 from each source at most, `default` first. Nobody has verified the records.
   *
   * @param identity 32 bytes; copied.
   * @throws DISCOVERY_UNREACHABLE if no source answers, DISCOVERY_WRONG_LENGTH, DISCOVERY_CANCELLED
   */
  readonly listDevices: (identity: Uint8Array, options?: ListDevicesOptions) => Promise<DeviceList>;
  /**
   * The verified, fresh and unrevoked keys of all devices of an identity, `default` and 15 others at most, of which each source
   * has its share: to confirm who it is that has proved a key, in IK-raw and XX. It fits `LookUpNoiseKeys` of the package `patterns`.
   *
   * A key that is found counts although a source was silent, which might have known of its revocation; one that was seen
   * before is remembered. `listDevices` says which sources were silent.
   *
   * @param identity 32 bytes; copied.
   * @returns 32 bytes each, fresh. None, if all sources say so.
   * @throws DISCOVERY_UNREACHABLE if there is none, but a source did not answer; DISCOVERY_TOO_MANY_DEVICES if there is none,
   * but more devices than were looked up; DISCOVERY_WRONG_LENGTH, DISCOVERY_CANCELLED, and what the store of the memory throws.
   * @see P8 §3.7
   */
  readonly lookUpNoiseKeys: (identity: Uint8Array, options?: LookUpCall) => Promise<readonly Uint8Array[]>;
  /**
   * Forgets what was seen of a device. Only for a user who knows better, such as that the device went back to 0.8: from
   * then on an old or revoked record of it may pass.
   *
   * @param identity 32 bytes; borrowed.
   * @param device `default` unless given.
   * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE, and what the store of the memory throws.
   */
  readonly forgetDevice: (identity: Uint8Array, device?: string, call?: LookUpCall) => Promise<void>;
}

/**
 * From an identity to its current Noise key. All sources are asked at once, each under its own deadline; what they give is
 * verified, bounded in age, and compared with what was seen before, which is remembered durably before a result is
 * returned. Of keys the newest counts; a revocation counts whichever source it is found in; whoever says something else,
 * or nothing, is told in the result.
 *
 * @throws TypeError without sources, or with two of one name.
 * @throws RangeError for a maximum age that is none.
 * @see requirements S2.1 to S2.3, P8 §4
 *
 * @example
 * ```ts
 * import {
 *   createDiscovery, createFileRecordSource, createPacketRecordSource, createRelay, createRollBackKeeper, type OpenRecords,
 *   type PublicFiles,
 * } from '@pubky-paykit/pkarr-discovery';
 * declare const files: PublicFiles; // such as the public storage of a homeserver client
 * declare const openRecords: OpenRecords; // such as record stores of session-store
 * declare const identity: Uint8Array; // 32 bytes, of the peer
 * const relay = createRelay({ url: 'https://pkarr.pubky.app' });
 * const sources = [createFileRecordSource({ files }), createPacketRecordSource({ packets: relay })];
 * const discovery = createDiscovery({ sources, memory: createRollBackKeeper(openRecords) });
 * const result = await discovery.discoverNoiseKey(identity, { device: 'default' });
 * if (result.outcome === 'found') result.record.noiseKey; // 32 bytes
 * ```
 */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  const settings = settingsOf(options);
  return {
    discoverNoiseKey: async (identity, call = {}) => discover(settings, identity, call),
    discoverUnverifiedClaims: async (identity, call = {}) => discoverUnverified(settings, identity, call),
    listDevices: async (identity, call = {}) => listDevices(settings, identity, call),
    lookUpNoiseKeys: async (identity, call = {}) => lookUpPublishedKeys(settings, identity, call),
    forgetDevice: async (
      identity,
      device = DEFAULT_DEVICE,
      { signal, timeoutMs = settings.timeoutMs } = {},
    ) => {
      const address = deviceAddress(identity, device);
      await inMemory(settings, { signal, timeoutMs }, (call) => settings.memory.forget(address, call));
    },
  };
}
