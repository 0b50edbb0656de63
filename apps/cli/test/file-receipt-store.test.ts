import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProvisionalReceipt, identityPublicKey, type PaykitReceipt } from 'pubky-paykit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileReceiptStore } from '../src/file-receipt-store.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'paykit-test-')), 'receipts');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

const payer = identityPublicKey(new Uint8Array(32).fill(1));
const payee = identityPublicKey(new Uint8Array(32).fill(2));
const receipt = (): PaykitReceipt =>
  createProvisionalReceipt({ payer, payee, methodId: 'lightning', amount: '1', currency: 'SAT' });

describe('createFileReceiptStore', () => {
  it('gives back what it kept, also to a later store', async () => {
    const kept = receipt();
    expect(await createFileReceiptStore(folder).keep(kept)).toEqual(kept);
    expect(await createFileReceiptStore(folder).get(kept)).toEqual(kept);
  });

  it('knows nothing of other receipts', async () => {
    const store = createFileReceiptStore(folder);
    expect(await store.get(receipt())).toBeUndefined();
  });

  it('never replaces a receipt, also when two are kept at once, W-20', async () => {
    const store = createFileReceiptStore(folder);
    const first = receipt();
    const second = { ...first, amount: '999' };
    const [one, two] = await Promise.all([store.keep(first), store.keep(second)]);
    expect(one).toEqual(two);
    expect(await store.get(first)).toEqual(one);
  });

  it('makes safe file names of hostile ids, readable by the owner only, and leaves no draft', async () => {
    const hostile = { ...receipt(), receiptId: '../../../escape' };
    await createFileReceiptStore(folder).keep(hostile);
    const names = await readdir(folder);
    expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.json$/)]);
    const { mode } = await stat(join(folder, names[0] as string));
    expect(mode & 0o777).toBe(0o600);
  });
});
