import { type Clock, hex, type RandomSource, systemClock, systemRandom } from '@pubky-paykit/primitives';
import { parseAmount } from './amount.ts';
import { badField } from './errors.ts';
import { copyReceipt, type PaykitReceipt } from './receipt.ts';

const UUID_BYTES = 16;
/** Where the hyphens of a UUID stand between its hex digits (RFC 9562 §4). */
const UUID_GROUPS = [
  [0, 8],
  [8, 12],
  [12, 16],
  [16, 20],
  [20, 32],
] as const;

/** A random UUID of version 4. @see RFC 9562 §5.4 */
function uuid4(random: RandomSource): string {
  const bytes = random.bytes(UUID_BYTES);
  // Version 4 in the high half of octet 6, variant 10 in the top two bits of octet 8.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const digits = hex.encode(bytes);
  return UUID_GROUPS.map(([start, end]) => digits.slice(start, end)).join('-');
}

/** A fresh receipt id: `receipt-` and a random UUID, as 0.8's command line writes it. */
export function createReceiptId(random: RandomSource = systemRandom): string {
  return `receipt-${uuid4(random)}`;
}

/** What a payer says about the payment it asks for. */
export interface PaymentTerms
  extends Pick<PaykitReceipt, 'payer' | 'payee' | 'methodId' | 'amount' | 'currency'> {
  /** Default `{}`. */
  readonly metadata?: PaykitReceipt['metadata'] | undefined;
}

/**
 * A provisional receipt with a fresh id and the present time, sharing nothing with `terms`. Over a session that hides
 * the payer (pattern N), pass a throw-away key as `payer`: the receipt would name the real one (W-06).
 *
 * @throws PAYKIT_BAD_FIELD if a field is out of its bounds, or the amount is not a positive decimal.
 * @example
 * ```ts
 * import { createProvisionalReceipt } from '@pubky-paykit/paykit-protocol';
 * function ask(payer: Uint8Array, payee: Uint8Array) {
 *   return createProvisionalReceipt({ payer, payee, methodId: 'lightning', amount: '1000', currency: 'SAT' });
 * }
 * ```
 */
export function createProvisionalReceipt(
  terms: PaymentTerms,
  options: { readonly clock?: Clock; readonly random?: RandomSource } = {},
): PaykitReceipt {
  const { clock = systemClock, random = systemRandom } = options;
  if (terms.amount !== undefined && parseAmount(terms.amount) === undefined) {
    throw badField('receipt.amount', 'not-an-amount');
  }
  return copyReceipt({
    ...terms,
    metadata: terms.metadata === undefined ? {} : terms.metadata,
    receiptId: createReceiptId(random),
    createdAt: Math.floor(clock.now() / 1000),
  });
}
