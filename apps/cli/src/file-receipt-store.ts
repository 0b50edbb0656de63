import { createHash, randomUUID } from 'node:crypto';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeReceipt,
  encodeReceipt,
  type PaykitReceipt,
  type ReceiptKey,
  type ReceiptStore,
} from 'pubky-paykit';
import { makeFolders, syncFolder } from 'pubky-paykit/node';

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** The name of its file. Ids come from peers: a digest of them is always safe and always the same. */
export function receiptFileName({ receiptId, payer, payee }: ReceiptKey): string {
  return `${createHash('sha256').update(payer).update(payee).update(receiptId).digest('hex')}.json`;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function isPresent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST';
}

/**
 * Keeps receipts in a folder, one file each, readable by the owner only. A receipt is written in full beside its place
 * and then linked to it, which is atomic and never replaces one that is there.
 */
export function createFileReceiptStore(folder: string): ReceiptStore {
  const get = async (key: ReceiptKey): Promise<PaykitReceipt | undefined> => {
    try {
      return decodeReceipt(await readFile(join(folder, receiptFileName(key))));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  return {
    get,
    async keep(receipt) {
      await makeFolders(folder, OWNER_ONLY_FOLDER);
      const draft = join(folder, `.draft-${randomUUID()}`);
      const file = await open(draft, 'wx', OWNER_ONLY_FILE);
      try {
        await file.writeFile(encodeReceipt(receipt));
        await file.sync();
        await link(draft, join(folder, receiptFileName(receipt)));
        await syncFolder(folder);
      } catch (error) {
        if (!isPresent(error)) throw error;
      } finally {
        await file.close();
        await unlink(draft);
      }
      const stored = await get(receipt);
      if (stored === undefined) throw new Error('the receipt was removed while it was being stored');
      return stored;
    },
  };
}
