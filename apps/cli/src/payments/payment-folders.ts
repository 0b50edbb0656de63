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

/** Where they are in the folder of a home. */
export function paymentFolders(folder: string): Readonly<Record<keyof PaymentStores, string>> {
  return { receipts: join(folder, 'receipts'), oneWayRequests: join(folder, 'one-way-requests') };
}

/** The stores in the folder of a home. */
export function openPaymentStores(folder: string): PaymentStores {
  const { receipts, oneWayRequests } = paymentFolders(folder);
  return {
    receipts: createFileReceiptStore(receipts),
    oneWayRequests: createFileReceiptStore(oneWayRequests),
  };
}
