import { encodeUtf8, equalBytes } from '@pubky-paykit/primitives';
import {
  AMOUNT_MAX_CHARS,
  CURRENCY_MAX_CHARS,
  MESSAGE_MAX_BYTES,
  METHOD_ID_MAX_CHARS,
  RECEIPT_ID_MAX_CHARS,
} from './constants.ts';
import { PaykitError } from './errors.ts';
import { type Field, metadata, optional, publicKey, record, text, unixSeconds } from './fields.ts';
import { hasEveryMember, isJsonObject, type JsonValue, jsonEquals } from './json/json-value.ts';
import { parseJson } from './json/strict-json.ts';

/**
 * A receipt of Paykit 0.8. It carries no signature: it proves nothing to third parties, and to the two parties only as
 * much as the session it came through.
 *
 * @see P8 §2.1
 */
export interface PaykitReceipt {
  /** 1 to 256 characters, chosen by the payer; unique between one payer and one payee. */
  readonly receiptId: string;
  /** Ed25519 public key, 32 bytes. */
  readonly payer: Uint8Array;
  /** Ed25519 public key, 32 bytes. */
  readonly payee: Uint8Array;
  /** Such as `lightning`; at most 128 characters. */
  readonly methodId: string;
  /** Decimal text; its scale counts (`100.50` is not rewritten as `100.5`). */
  readonly amount?: string | undefined;
  /** Such as `SAT`; at most 32 characters. */
  readonly currency?: string | undefined;
  /** Unix seconds. */
  readonly createdAt: number;
  /** Any JSON, at most 32 levels and 32 768 bytes. */
  readonly metadata: JsonValue;
}

/** The receipt in JSON, members in the order of P8 §2.1. */
export const RECEIPT: Field<PaykitReceipt> = record<PaykitReceipt>({
  receiptId: ['receipt_id', text(1, RECEIPT_ID_MAX_CHARS)],
  payer: ['payer', publicKey],
  payee: ['payee', publicKey],
  methodId: ['method_id', text(0, METHOD_ID_MAX_CHARS)],
  amount: ['amount', optional(text(0, AMOUNT_MAX_CHARS))],
  currency: ['currency', optional(text(0, CURRENCY_MAX_CHARS))],
  createdAt: ['created_at', unixSeconds],
  metadata: ['metadata', metadata],
});

/** @throws PAYKIT_MESSAGE_TOO_LONG above 65 519 bytes. */
export function checkMessageLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MESSAGE_MAX_BYTES) {
    throw new PaykitError('PAYKIT_MESSAGE_TOO_LONG', { bytes: bytes.length, maximum: MESSAGE_MAX_BYTES });
  }
  return bytes;
}

/**
 * The receipt as compact JSON in UTF-8, at most 65 519 bytes, for a store.
 *
 * @throws PAYKIT_BAD_FIELD if a field is out of its bounds.
 */
export function encodeReceipt(receipt: PaykitReceipt): Uint8Array {
  return checkMessageLength(encodeUtf8(RECEIPT.write(receipt, 'receipt') as string));
}

/**
 * Reads what {@link encodeReceipt} wrote, or a receipt of another 0.8 implementation. `bytes` is borrowed.
 *
 * @throws PAYKIT_MESSAGE_TOO_LONG, PAYKIT_BAD_JSON, PAYKIT_BAD_FIELD
 */
export function decodeReceipt(bytes: Uint8Array): PaykitReceipt {
  return RECEIPT.read(parseJson(checkMessageLength(bytes)), 'receipt');
}

/** A copy that shares nothing with the original. @throws PAYKIT_BAD_FIELD if a field is out of its bounds. */
export function copyReceipt(receipt: PaykitReceipt): PaykitReceipt {
  return decodeReceipt(encodeReceipt(receipt));
}

type Comparison = readonly [
  field: keyof PaykitReceipt,
  same: (left: PaykitReceipt, right: PaykitReceipt) => boolean,
];

const TERMS: readonly Comparison[] = [
  ['receiptId', (left, right) => left.receiptId === right.receiptId],
  ['payer', (left, right) => equalBytes(left.payer, right.payer)],
  ['payee', (left, right) => equalBytes(left.payee, right.payee)],
  ['methodId', (left, right) => left.methodId === right.methodId],
  ['amount', (left, right) => left.amount === right.amount],
  ['currency', (left, right) => left.currency === right.currency],
  ['createdAt', (left, right) => left.createdAt === right.createdAt],
];

function firstDifference(
  comparisons: readonly Comparison[],
  left: PaykitReceipt,
  right: PaykitReceipt,
): keyof PaykitReceipt | undefined {
  return comparisons.find(([, same]) => !same(left, right))?.[0];
}

/** True if every field is equal; metadata by value, its members in any order. */
export function receiptEquals(left: PaykitReceipt, right: PaykitReceipt): boolean {
  return firstDifference(TERMS, left, right) === undefined && jsonEquals(left.metadata, right.metadata);
}

/** Nothing of what the payer wrote may change. `null` says nothing, so anything may stand in its place. */
function onlyAdds(requested: JsonValue, confirmed: JsonValue): boolean {
  if (requested === null) return true;
  if (!isJsonObject(requested)) return jsonEquals(requested, confirmed);
  return isJsonObject(confirmed) && hasEveryMember(confirmed, requested);
}

/**
 * The first field in which a confirmation is not what was asked for, or `undefined` if it may be accepted: id, both
 * parties, method, amount, currency and time equal, and the request's metadata unchanged but for additional members.
 *
 * @see P8 W-19
 */
export function confirmationDifference(
  request: PaykitReceipt,
  confirmation: PaykitReceipt,
): keyof PaykitReceipt | undefined {
  const metadataOnlyAdds: Comparison = ['metadata', (left, right) => onlyAdds(left.metadata, right.metadata)];
  return firstDifference([...TERMS, metadataOnlyAdds], request, confirmation);
}
