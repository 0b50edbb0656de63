import { type PaykitReceipt, zBase32 } from 'pubky-paykit';
import { printable } from './printable.ts';

/** A receipt for programs: keys in z-base-32, the time in Unix seconds. */
export function receiptFacts(receipt: PaykitReceipt): object {
  const { receiptId, payer, payee, methodId, amount, currency, createdAt, metadata } = receipt;
  return {
    receiptId,
    payer: zBase32.encode(payer),
    payee: zBase32.encode(payee),
    method: methodId,
    amount,
    currency,
    createdAt,
    metadata,
  };
}

/** The amount of a receipt for people. */
export function amountText({ amount = '(no amount)', currency = '' }: PaykitReceipt): string {
  return printable(`${amount} ${currency}`.trim());
}

/** The last second a date can show. */
const LAST_SECOND = 8_640_000_000_000;

/** When a receipt was made, for people. @param seconds Unix seconds. */
export function createdText(seconds: number): string {
  if (seconds > LAST_SECOND) return `${seconds}`;
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A receipt for people, a line for each field. */
export function receiptLines(receipt: PaykitReceipt): string {
  const rows = [
    ['Receipt', printable(receipt.receiptId)],
    ['Amount', amountText(receipt)],
    ['Method', printable(receipt.methodId)],
    ['Payer', zBase32.encode(receipt.payer)],
    ['Payee', zBase32.encode(receipt.payee)],
    ['Created', createdText(receipt.createdAt)],
  ] as const;
  return rows.map(([name, value]) => `  ${name.padEnd(9)}${value}\n`).join('');
}
