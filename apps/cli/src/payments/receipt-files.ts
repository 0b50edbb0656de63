import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeReceipt, type PaykitReceipt } from 'pubky-paykit';
import { receiptFileName } from '../file-receipt-store.ts';
import { readSmallFile } from '../home/private-files.ts';

/** What a folder of receipts holds. */
export interface ReceiptListing {
  /** The newest, by the time in them, first; as many as were asked for. */
  readonly receipts: readonly PaykitReceipt[];
  /** All that can be read. */
  readonly total: number;
  /** Files that are no receipts though they are named so. */
  readonly damaged: number;
  /** The names of some of those. */
  readonly examples: readonly string[];
}

/** A receipt travels in one message, which is no longer. Inclusive. */
const MAXIMUM_BYTES = 65_519;
/** Names of damaged files that are told. */
const MAXIMUM_EXAMPLES = 3;
/** What the store names its files; drafts that a crash has left are named otherwise. */
const RECEIPT_NAME = /^[0-9a-f]{64}\.json$/;

/** Newest first; those of one second in an order that is always the same. */
function compare(one: PaykitReceipt, other: PaykitReceipt): number {
  if (one.createdAt !== other.createdAt) return one.createdAt < other.createdAt ? 1 : -1;
  return receiptFileName(one) < receiptFileName(other) ? -1 : 1;
}

/** Puts a receipt in its place, and lets go of the oldest. */
function insert(receipts: PaykitReceipt[], receipt: PaykitReceipt, limit: number): void {
  let [low, high] = [0, receipts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(receipts[middle] as PaykitReceipt, receipt) < 0) low = middle + 1;
    else high = middle;
  }
  receipts.splice(low, 0, receipt);
  if (receipts.length > limit) receipts.pop();
}

/** The receipt in a file; `damaged` if it is none, or another one than its name says; `undefined` if it is gone by now. */
async function readReceipt(folder: string, name: string): Promise<PaykitReceipt | 'damaged' | undefined> {
  try {
    const bytes = await readSmallFile(join(folder, name), MAXIMUM_BYTES);
    if (bytes === undefined) return undefined;
    if (bytes === 'too large') return 'damaged';
    const receipt = decodeReceipt(bytes);
    return receiptFileName(receipt) === name ? receipt : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** The files of a folder by name; none if there is no folder. */
async function* filesIn(folder: string): AsyncGenerator<{ readonly name: string; readonly isFile: boolean }> {
  let entries: Awaited<ReturnType<typeof opendir>>;
  try {
    entries = await opendir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  for await (const entry of entries) yield { name: entry.name, isFile: entry.isFile() };
}

/**
 * The newest receipts in a folder of `createFileReceiptStore`, while others may keep more there. One file is read at a time,
 * and no more receipts are held than are asked for; a file that cannot be read spoils nothing.
 *
 * @param limit From 1. @throws What the system throws for a folder that cannot be read.
 */
export async function listReceipts(folder: string, limit: number): Promise<ReceiptListing> {
  const receipts: PaykitReceipt[] = [];
  const examples: string[] = [];
  let [total, damaged] = [0, 0];
  for await (const { name, isFile } of filesIn(folder)) {
    if (!RECEIPT_NAME.test(name)) continue;
    // A pipe would keep whoever opens it waiting, and a link leads elsewhere.
    const found = isFile ? await readReceipt(folder, name) : 'damaged';
    if (found === 'damaged') {
      damaged += 1;
      if (examples.length < MAXIMUM_EXAMPLES) examples.push(name);
    } else if (found !== undefined) {
      total += 1;
      insert(receipts, found, limit);
    }
  }
  return { receipts, total, damaged, examples };
}
