import { join } from 'node:path';
import type { ReceiptStore } from 'pubky-paykit';
import { createFileReceiptStore } from '../file-receipt-store.ts';

/** What a home keeps of payments. */
export interface PaymentStores {
  /** Confirmed receipts, of payers and payees alike: one file each. */
  readonly receipts: ReceiptStore;
  /** Requests that came one way, which nobody has to have sent: never among the receipts (P8 W-06). */
  readonly oneWayRequests: ReceiptStore;
}

/** The stores in the folder of a home. */
export function openPaymentStores(folder: string): PaymentStores {
  return {
    receipts: createFileReceiptStore(join(folder, 'receipts')),
    oneWayRequests: createFileReceiptStore(join(folder, 'one-way-requests')),
  };
}
