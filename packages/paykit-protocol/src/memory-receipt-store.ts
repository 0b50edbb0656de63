import { MEMORY_STORE_CAPACITY } from './constants.ts';
import { PaykitError } from './errors.ts';
import type { ReceiptStore } from './ports.ts';
import { copyReceipt, type PaykitReceipt } from './receipt.ts';
import { receiptKeyText } from './receipt-key.ts';

/** A store that forgets everything when the process ends. */
export interface MemoryReceiptStore extends ReceiptStore {
  /** Copies of all receipts, oldest first. */
  all(): PaykitReceipt[];
}

/**
 * A receipt store in memory, for tests, demos, and wallets that keep receipts elsewhere.
 *
 * @param options.capacity Receipts it takes, inclusive; default 10 000. Peers fill it, so it has an end:
 * `keep` throws PAYKIT_STORE_FULL beyond it.
 */
export function createMemoryReceiptStore(options: { readonly capacity?: number } = {}): MemoryReceiptStore {
  const { capacity = MEMORY_STORE_CAPACITY } = options;
  const receipts = new Map<string, PaykitReceipt>();
  return {
    async get(key) {
      const stored = receipts.get(receiptKeyText(key));
      return stored && copyReceipt(stored);
    },
    async keep(receipt) {
      const key = receiptKeyText(receipt);
      const stored = receipts.get(key);
      if (stored !== undefined) return copyReceipt(stored);
      if (receipts.size >= capacity) throw new PaykitError('PAYKIT_STORE_FULL', { capacity });
      receipts.set(key, copyReceipt(receipt));
      return copyReceipt(receipt);
    },
    all: () => Array.from(receipts.values(), copyReceipt),
  };
}
