import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { createMemoryReceiptStore, type PaykitReceipt } from '../src/index.ts';
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

  it('counts bytes too, as they are stored and not as they were parsed', async () => {
    const metadata = Array.from({ length: 5_000 }, () => []);
    const store = createMemoryReceiptStore({ maximumBytes: 40_000 });
    const kept = async (id: number) => store.keep(receipt({ receiptId: `receipt-${id}`, metadata }));
    await kept(1);
    await kept(2);
    expect((await rejected(kept(3))).code).toBe('PAYKIT_STORE_FULL');
    expect(store.all()).toHaveLength(2);
  });

  it('drops what is old when room is needed, and nothing else', async () => {
    const clock = new ManualClock(2_000_000);
    const store = createMemoryReceiptStore({ capacity: 2, forgetAfterSeconds: 600, clock });
    const [old, recent, next] = [1_399, 1_400, 1_990].map((createdAt) =>
      receipt({ receiptId: `receipt-${createdAt}`, createdAt }),
    );
    await store.keep(recent as PaykitReceipt);
    await store.keep(old as PaykitReceipt);
    expect(await store.get(old as PaykitReceipt)).toEqual(old);
    await store.keep(next as PaykitReceipt);
    expect(store.all()).toEqual([recent, next]);
    expect((await rejected(store.keep(receipt({ receiptId: 'one-more', createdAt: 2_000 })))).code).toBe(
      'PAYKIT_STORE_FULL',
    );
  });
});
