import { hex } from '@pubky-paykit/primitives';
import type { ReceiptKey } from './ports.ts';

/** The key as one text. Public keys have a fixed length, so the id may hold any character. */
export function receiptKeyText({ payer, payee, receiptId }: ReceiptKey): string {
  return hex.encode(payer) + hex.encode(payee) + receiptId;
}
