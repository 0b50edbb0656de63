import { type Clock, hex } from '@pubky-paykit/primitives';
import { SHOWN_KEY_BYTES } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import type { DiscoveryError } from '../errors.ts';
import type { ContactClass } from './contact-policy.ts';
import { addressUnder, type DeviceAddress } from './device-address.ts';
import type { KeyCacheCall, KeyRecords, KeyShelf } from './key-shelf.ts';
import type { KeyState } from './key-state.ts';
import type { StoredKey, UnreadableKey } from './stored-key.ts';

/** A device in a list of the cache: to be shown, and no key to connect with. Times are Unix milliseconds. */
export interface ListedKey {
  /** 32 bytes, the Ed25519 public key. */
  readonly identity: Uint8Array;
  readonly device: string;
  /** As it was stored: what time has done since shows when the key is looked for. Undefined if it cannot be read. */
  readonly state: KeyState | undefined;
  /** The first 8 bytes of the Noise key in hex. */
  readonly keyPrefix: string | undefined;
  /** In state `conflict`: the same of the key that does not fit. */
  readonly rivalPrefix: string | undefined;
  readonly contact: ContactClass | undefined;
  readonly firstSeenMs: number | undefined;
  readonly lastValidatedMs: number | undefined;
  /** Up to an hour before the last use. */
  readonly lastUsedMs: number | undefined;
  /** How many keys of this device are remembered as revoked. */
  readonly revokedKeys: number;
  /** Why it cannot be read. */
  readonly error: DiscoveryError | undefined;
}

/** What listing and cleaning work on. */
export interface KeyStock {
  readonly records: KeyRecords;
  readonly shelf: KeyShelf;
  readonly clock: Clock;
  /** How many devices are remembered though nobody has looked for them. */
  readonly maximumStrangers: number;
}

const shown = (key: Uint8Array): string => hex.encode(key.subarray(0, SHOWN_KEY_BYTES));

function listed({ identity, device }: DeviceAddress, stored: StoredKey | UnreadableKey): ListedKey {
  const { entry = undefined, ...kept }: Partial<StoredKey> = stored.kind === 'stored' ? stored : {};
  const known = entry === undefined || entry.state === 'unknown' ? undefined : entry;
  return {
    identity,
    device,
    state: entry?.state,
    keyPrefix: known && shown(known.noiseKey),
    rivalPrefix: kept.rival && shown(kept.rival),
    contact: kept.contact,
    firstSeenMs: known?.firstSeenMs,
    lastValidatedMs: known?.lastValidatedMs,
    lastUsedMs: kept.lastUsedMs,
    revokedKeys: kept.memory?.revokedKeys.length ?? 0,
    error: stored.kind === 'unreadable' ? stored.error : undefined,
  };
}

/**
 * All devices in the order of their identities, one page of the store in memory at a time. A plain object, since React Native
 * cannot compile async generators.
 */
export function listKeys(
  { records, clock }: Pick<KeyStock, 'records' | 'clock'>,
  { signal }: KeyCacheCall,
): AsyncIterableIterator<ListedKey> {
  const entries = records.list('', { signal });
  return {
    async next() {
      for (;;) {
        // A store that does not mind the signal must not go on for ever.
        if (signal?.aborted)
          await withDeadline({ what: 'listing keys', clock, timeoutMs: 0, signal }, async () => {});
        const entry = await entries.next();
        if (entry.done) return { done: true, value: undefined };
        const address = addressUnder(entry.value.key);
        if (address !== undefined) return { done: false, value: listed(address, entry.value.value) };
      }
    },
    async return() {
      await entries.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
