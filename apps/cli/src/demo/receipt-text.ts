import { encodeReceipt, type PaykitReceipt } from 'pubky-paykit';

/** A receipt as both sides of the demo report it: equal texts are equal receipts. */
export function receiptText(receipt: PaykitReceipt): string {
  return new TextDecoder().decode(encodeReceipt(receipt));
}
