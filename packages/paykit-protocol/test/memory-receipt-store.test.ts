import { describe, expect, it } from 'vitest';
import { createMemoryReceiptStore } from '../src/index.ts';
import { receipt, rejected, STRANGER } from './fixtures.ts';

describe('createMemoryReceiptStore', () => {
  it('keeps the first receipt under a key, and tells which it is', async () => {
    const store = createMemoryReceiptStore();
    expect(await store.keep(receipt())).toEqual(receipt());
    expect(await store.keep(receipt({ amount: '1' }))).toEqual(receipt());
    expect(await store.get(receipt())).toEqual(receipt());
    expect(await store.get(receipt({ payer: STRANGER }))).toBeUndefined();
    expect(await store.get(receipt({ payee: STRANGER }))).toBeUndefined();
    expect(await store.get(receipt({ receiptId: 'receipt-2' }))).toBeUndefined();
  });

  it('shares nothing with what goes in and out', async () => {
    const store = createMemoryReceiptStore();
    const metadata = { note: 'tea' };
    await store.keep(receipt({ metadata }));
    metadata.note = 'coffee';
    (await store.get(receipt()))?.payer.fill(0);
    expect(store.all()).toEqual([receipt({ metadata: { note: 'tea' } })]);
  });

  it('refuses more than its capacity, but not repeats', async () => {
    const store = createMemoryReceiptStore({ capacity: 1 });
    await store.keep(receipt());
    expect((await rejected(store.keep(receipt({ receiptId: 'receipt-2' })))).code).toBe('PAYKIT_STORE_FULL');
    expect(await store.keep(receipt())).toEqual(receipt());
  });
});
