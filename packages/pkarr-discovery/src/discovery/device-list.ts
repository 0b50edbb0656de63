import type { CancelSignal } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { requireDeviceId } from '../records/device-id.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import type { DeviceNames } from '../sources/key-record-source.ts';
import { askSources, type OpenSource, openSources } from './asking.ts';
import { compareDevices } from './device-order.ts';
import type { DiscoverySettings } from './discovery-options.ts';
import type { FailedSource } from './discovery-result.ts';
import { unreachable } from './unreachable.ts';

/** Which devices an identity has records of. Nobody has verified the records. */
export interface DeviceList {
  /** `default` first, the others in the order of their characters. */
  readonly devices: readonly string[];
  /** Names that are no device ids, and were left out. */
  readonly skipped: number;
  /** False if a source has more than was asked for, or gave no answer. */
  readonly complete: boolean;
  readonly failed: readonly FailedSource[];
}

/** How devices are listed. */
export interface ListDevicesOptions {
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds for all sources together. */
  readonly timeoutMs?: number | undefined;
}

/** Lists the devices of an identity (32 bytes). @throws DISCOVERY_UNREACHABLE if no source answers. */
export async function listDevices(
  settings: DiscoverySettings,
  identity: Uint8Array,
  options: ListDevicesOptions,
): Promise<DeviceList> {
  checkLength('an identity', identity, KEY_BYTES, KEY_BYTES);
  const sources = openSources(settings.sources, Uint8Array.from(identity));
  const { lists, ...list } = await listDevicesAt(settings, sources, options);
  return { devices: [...new Set(lists.flat())].sort(compareDevices), ...list };
}

/** What each source lists. */
export interface SourceLists extends Omit<DeviceList, 'devices'> {
  /** The device ids that each source which answered names, each once. */
  readonly lists: readonly (readonly string[])[];
}

/** Lists the devices of the identity that the sources have been opened for. */
export async function listDevicesAt(
  { clock, maximumDevices, timeoutMs }: DiscoverySettings,
  sources: readonly OpenSource[],
  options: ListDevicesOptions,
): Promise<SourceLists> {
  const { given, failed } = await askSources({
    what: 'listing devices',
    sources,
    ask: ({ records }, call) => records.devices(maximumDevices, call),
    // What one source lists says nothing of what the others do.
    enough: () => false,
    patienceMs: 0,
    timeoutMs: options.timeoutMs ?? timeoutMs,
    clock,
    signal: options.signal,
  });
  if (given.length === 0) throw unreachable('the list of devices', failed);
  const lists = given.map(({ value }) => [...new Set(taken(value, maximumDevices))]);
  const skipped = new Set(lists.flat().filter((name) => !isDeviceId(name)));
  return {
    lists: lists.map((list) => list.filter((name) => !skipped.has(name))),
    skipped: skipped.size,
    complete:
      failed.length === 0 &&
      given.every(({ value }) => value.complete && value.names.length <= maximumDevices),
    failed,
  };
}

/** A source may give more than it was asked for. */
function taken({ names }: DeviceNames, maximum: number): readonly string[] {
  return names.slice(0, maximum);
}

function isDeviceId(name: string): boolean {
  try {
    requireDeviceId(name);
    return true;
  } catch {
    return false;
  }
}
