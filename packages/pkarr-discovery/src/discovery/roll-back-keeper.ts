import { type CancelSignal, isCodedError } from '@pubky-paykit/primitives';
import { type DeviceAddress, storeKey } from '../cache/device-address.ts';
import { MAX_REMEMBERED_REVOCATIONS, MAX_ROLL_BACK_BYTES } from '../constants.ts';
import { DiscoveryError, reasonOf } from '../errors.ts';
import type { OpenRecords } from '../ports/record-store.ts';
import { NOTHING_REMEMBERED, type RollBackMemory } from '../records/roll-back.ts';
import { documentCodec } from '../shapes/document.ts';
import { list, object, oneOf, optional, text, uint64 } from '../shapes/shape.ts';

/** The room of the memory in a store. */
export const ROLL_BACK_ROOM = 'roll-back';

/** 32 bytes. */
const KEY = text(/^[0-9a-f]{64}$/);

/** How the memory of one device is written. */
export const ROLL_BACK_CODEC = documentCodec<RollBackMemory>({
  what: 'memory of a device',
  format: 'paykit-roll-back',
  version: 1,
  maximumBytes: MAX_ROLL_BACK_BYTES,
  shape: object({
    newest: optional(
      object({ timestampSeconds: uint64, noiseKey: KEY, freshness: oneOf('signed', 'unsigned') }),
    ),
    revokedKeys: list(KEY, MAX_REMEMBERED_REVOCATIONS),
  }),
});

/** What ends a call. */
export interface RollBackCall {
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds for all of the call. Nobody waits any longer, whether or not the store minds it. */
  readonly timeoutMs?: number | undefined;
}

/** Keeps what was seen of devices, so that nothing older is ever taken for it. */
export interface RollBackKeeper {
  /**
   * Changes what is remembered of a device, and resolves once the change would survive a crash.
   *
   * @param change Pure: may be called several times.
   * @throws DISCOVERY_MEMORY_FAILED, DISCOVERY_CANCELLED, and coded errors of the store.
   */
  update(
    address: DeviceAddress,
    change: (memory: RollBackMemory) => RollBackMemory,
    call?: RollBackCall,
  ): Promise<void>;
  /**
   * Forgets a device, which a user may ask for who knows that it went back to 0.8, or was set up anew with a wrong clock
   * before: from then on an old or revoked record of it may pass.
   *
   * @throws What `update` throws.
   */
  forget(address: DeviceAddress, call?: RollBackCall): Promise<void>;
}

/** Keeps memories in a store, one record for each device. @see requirement S2.3 */
export function createRollBackKeeper(openRecords: OpenRecords): RollBackKeeper {
  const records = openRecords(ROLL_BACK_ROOM, ROLL_BACK_CODEC);
  return {
    async update(address, change, call = {}) {
      const next = (stored: RollBackMemory | undefined) => {
        const memory = change(stored ?? NOTHING_REMEMBERED);
        // Strangers are many: of whom nothing was learnt, nothing is kept.
        return stored === undefined && memory === NOTHING_REMEMBERED ? undefined : memory;
      };
      await coded(records.update(storeKey(address), next, call));
    },
    async forget(address, call = {}) {
      await coded(records.delete(storeKey(address), call));
    },
  };
}

async function coded<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    if (isCodedError(cause)) throw cause;
    throw new DiscoveryError('DISCOVERY_MEMORY_FAILED', { reason: reasonOf(cause) }, { cause });
  }
}
