import { predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { createProvisionalReceipt, createReceiptId } from '../src/index.ts';
import { clockAt, NOW_SECONDS, PAYEE, PAYER, STRANGER, thrown } from './fixtures.ts';

const terms = { payer: PAYER, payee: PAYEE, methodId: 'lightning' };

describe('createReceiptId', () => {
  it('is "receipt-" and a version 4 UUID of the given randomness', () => {
    expect(createReceiptId({ bytes: (length) => new Uint8Array(length).fill(0xff) })).toBe(
      'receipt-ffffffff-ffff-4fff-bfff-ffffffffffff',
    );
    expect(createReceiptId({ bytes: (length) => new Uint8Array(length) })).toBe(
      'receipt-00000000-0000-4000-8000-000000000000',
    );
    const random = predictableRandomForTestingOnly(1);
    expect(new Set(Array.from({ length: 500 }, () => createReceiptId(random))).size).toBe(500);
  });
});

describe('createProvisionalReceipt', () => {
  it('takes the time of the clock in whole seconds, and {} as metadata', () => {
    const clock = clockAt();
    clock.advance(999);
    const receipt = createProvisionalReceipt(terms, { clock });
    expect(receipt).toMatchObject({ ...terms, createdAt: NOW_SECONDS, metadata: {} });
    expect(createProvisionalReceipt({ ...terms, metadata: null }).metadata).toBeNull();
  });

  it('shares nothing with its argument', () => {
    const payer = Uint8Array.from(PAYER);
    const receipt = createProvisionalReceipt({ ...terms, payer });
    payer.fill(0);
    expect(receipt.payer).toEqual(PAYER);
  });

  it.each(['0', '-1', '1e3', '', 'ten'])('refuses the amount %j', (amount) => {
    expect(thrown(() => createProvisionalReceipt({ ...terms, amount })).context).toEqual({
      field: 'receipt.amount',
      problem: 'not-an-amount',
    });
  });

  it('names whatever payer it is given, so that a throw-away key can stand there (W-06)', () => {
    expect(createProvisionalReceipt({ ...terms, payer: STRANGER }).payer).toEqual(STRANGER);
  });
});
