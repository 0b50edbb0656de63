import { decodeReceipt, encodeReceipt, type PaykitReceipt, zBase32 } from 'pubky-paykit';
import type { Acquaintance } from './scene.ts';
import { shortIdentity } from './short-id.ts';

/** A receipt as both sides of the demo report it: equal texts are equal receipts. */
export function receiptText(receipt: PaykitReceipt): string {
  return new TextDecoder().decode(encodeReceipt(receipt));
}

/**
 * The same for people, in one line.
 *
 * @param known Those whose names are shown; anybody else is a key that was made for the occasion.
 */
export function receiptSummary(text: string, known: readonly Acquaintance[]): string {
  const { amount, currency, methodId, payer, payee } = decodeReceipt(new TextEncoder().encode(text));
  const nameOf = (key: Uint8Array): string =>
    known.find(({ identity }) => identity === zBase32.encode(key))?.name ??
    `the throw-away key ${shortIdentity(key)}`;
  return `${amount} ${currency} by ${methodId}, from ${nameOf(payer)} to ${nameOf(payee)}`;
}
