import { type Clock, systemClock } from '@pubky-paykit/primitives';
import { MEMORY_STORE_CAPACITY, MEMORY_STORE_MAX_BYTES } from './constants.ts';
import { PaykitError } from './errors.ts';
import type { ReceiptStore } from './ports.ts';
import { decodeReceipt, encodeReceipt, type PaykitReceipt } from './receipt.ts';
import { receiptKeyText } from './receipt-key.ts';

/** A store that forgets everything when the process ends. */
export interface MemoryReceiptStore extends ReceiptStore {
  /** Copies of all receipts, oldest first. */
  all(): PaykitReceipt[];
}

/** The bounds of a store in memory. Peers fill it, so it has an end in every direction. */
export interface MemoryReceiptStoreOptions {
  /** Receipts it takes, inclusive; default 10 000. */
  readonly capacity?: number;
  /** Bytes of JSON it takes, inclusive; default 16 777 216. */
  readonly maximumBytes?: number;
  /**
   * For one-way requests: what was created longer ago may be dropped when room is needed. Not less than the
   * `maxAgeSeconds` of the payee, beyond which a copy is refused as stale. Without it nothing is ever dropped.
   */
  readonly forgetAfterSeconds?: number;
  readonly clock?: Clock;
}

/**
 * A receipt store in memory, for tests, demos, and wallets that keep receipts elsewhere. It holds the JSON of a receipt:
 * parsed metadata can take fifteen times as much.
 *
 * `keep` throws PAYKIT_STORE_FULL beyond its bounds.
 */
export function createMemoryReceiptStore(options: MemoryReceiptStoreOptions = {}): MemoryReceiptStore {
  const { capacity = MEMORY_STORE_CAPACITY, maximumBytes = MEMORY_STORE_MAX_BYTES } = options;
  const { forgetAfterSeconds = Number.POSITIVE_INFINITY, clock = systemClock } = options;
  const stored = new Map<string, { readonly json: Uint8Array; readonly createdAt: number }>();
  let bytes = 0;

  const hasRoomFor = (json: Uint8Array): boolean =>
    stored.size < capacity && bytes + json.length <= maximumBytes;

  function forgetOld(): void {
    if (forgetAfterSeconds === Number.POSITIVE_INFINITY) return;
    const oldest = clock.now() / 1000 - forgetAfterSeconds;
    for (const [key, { json, createdAt }] of stored) {
      if (createdAt >= oldest) continue;
      stored.delete(key);
      bytes -= json.length;
    }
  }

  return {
    async get(key) {
      const found = stored.get(receiptKeyText(key));
      return found && decodeReceipt(found.json);
    },
    async keep(receipt) {
      const key = receiptKeyText(receipt);
      const known = stored.get(key);
      if (known !== undefined) return decodeReceipt(known.json);
      const json = encodeReceipt(receipt);
      if (!hasRoomFor(json)) forgetOld();
      if (!hasRoomFor(json)) throw new PaykitError('PAYKIT_STORE_FULL', { capacity, maximumBytes });
      stored.set(key, { json, createdAt: receipt.createdAt });
      bytes += json.length;
      return decodeReceipt(json);
    },
    all: () => Array.from(stored.values(), ({ json }) => decodeReceipt(json)),
  };
}
