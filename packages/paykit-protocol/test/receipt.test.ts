import { decodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  confirmationDifference,
  decodeReceipt,
  encodeReceipt,
  JsonDecimal,
  type JsonValue,
  type PaykitReceipt,
  receiptEquals,
} from '../src/index.ts';
import { PAYEE, PAYER, receipt, STRANGER } from './fixtures.ts';

/** One change of each field, by name. */
const CHANGES: Readonly<Record<keyof PaykitReceipt, Partial<PaykitReceipt>[]>> = {
  receiptId: [{ receiptId: 'receipt-2' }],
  payer: [{ payer: STRANGER }, { payer: PAYEE }],
  payee: [{ payee: STRANGER }, { payee: PAYER }],
  methodId: [{ methodId: 'onchain' }, { methodId: 'Lightning' }],
  amount: [{ amount: '1001' }, { amount: '1000.0' }, { amount: undefined }],
  currency: [{ currency: 'USD' }, { currency: undefined }],
  createdAt: [{ createdAt: 0 }],
  metadata: [
    { metadata: { a: 1 } },
    { metadata: { a: { b: [1, 3] }, c: 'd' } },
    { metadata: null },
    { metadata: [] },
  ],
};
const base = receipt({ metadata: { a: { b: [1, 2] }, c: 'd' } });

describe('encodeReceipt', () => {
  it('[P2] writes the fields in the order of P8 §2.1 and leaves absent ones out', () => {
    const names = (json: string) => [...json.matchAll(/"([a-z_]+)":/g)].map((match) => match[1]);
    expect(names(decodeUtf8(encodeReceipt(receipt())))).toEqual([
      'receipt_id',
      'payer',
      'payee',
      'method_id',
      'amount',
      'currency',
      'created_at',
      'metadata',
    ]);
    expect(decodeReceipt(encodeReceipt(base))).toEqual(base);
  });
});

describe('receiptEquals', () => {
  it('looks at every field', () => {
    expect(receiptEquals(base, receipt({ metadata: { c: 'd', a: { b: [1, 2] } } }))).toBe(true);
    for (const changes of Object.values(CHANGES).flat()) {
      expect(receiptEquals(base, { ...base, ...changes })).toBe(false);
    }
    expect(receiptEquals(base, { ...base, metadata: { ...(base.metadata as object), more: 1 } })).toBe(false);
  });
});

describe('confirmationDifference', () => {
  it.each(Object.keys(CHANGES) as (keyof PaykitReceipt)[])('[P2] finds a changed %s (W-19)', (field) => {
    for (const changes of CHANGES[field])
      expect(confirmationDifference(base, { ...base, ...changes })).toBe(field);
  });

  it.each<[string, JsonValue, JsonValue, boolean]>([
    ['nothing', { a: 1 }, { a: 1 }, true],
    ['a member added', { a: 1 }, { a: 1, invoice: 'x' }, true],
    ['a member taken away', { a: 1, b: 2 }, { a: 1 }, false],
    ['a member added inside another', { a: { b: 1 } }, { a: { b: 1, c: 2 } }, false],
    ['an item added to an array', { a: [1] }, { a: [1, 2] }, false],
    ['the order of an array', { a: [1, 2] }, { a: [2, 1] }, false],
    ['anything in place of null', null, { invoice: 'x' }, true],
    ['null in place of {}', {}, null, false],
    ['an array in place of an object', {}, [], false],
    ['a text that stays', 'x', 'x', true],
    ['a text that changes', 'x', 'y', false],
    ['a number spelled as the reference spells it', { a: new JsonDecimal('1.50') }, { a: 1.5 }, true],
    ['another number', { a: new JsonDecimal('1.50') }, { a: 1.51 }, false],
    ['an integer beyond 2^53 by one', { a: 2n ** 60n }, { a: 2n ** 60n + 1n }, false],
    ['a number as text', { a: 1 }, { a: '1' }, false],
    ['a member that only the prototype has', JSON.parse('{"__proto__":{}}'), {}, false],
  ])('judges metadata by %s (W-19)', (_, requested, confirmed, accepted) => {
    const difference = confirmationDifference(
      receipt({ metadata: requested }),
      receipt({ metadata: confirmed }),
    );
    expect(difference).toBe(accepted ? undefined : 'metadata');
  });
});
