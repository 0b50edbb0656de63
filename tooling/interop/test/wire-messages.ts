import { PAYEE, PAYER } from './wire-parties.ts';

export const ACK = '{"type":"Ack"}';
export const TERMS = '"amount":"1000","currency":"SAT",';

/** A receipt exactly as P8 §2.1 orders and writes it. */
export function receiptText(id: string, terms = TERMS, metadata = '{}', payer = PAYER.identity): string {
  const { identity: payee } = PAYEE;
  return `{"receipt_id":"${id}","payer":[${payer}],"payee":[${payee}],"method_id":"lightning",${terms}"created_at":1733356800,"metadata":${metadata}}`;
}

export const requestText = (receipt: string) =>
  `{"type":"RequestReceipt","payload":{"provisional_receipt":${receipt}}}`;
export const confirmText = (receipt: string) => `{"type":"ConfirmReceipt","payload":{"receipt":${receipt}}}`;
