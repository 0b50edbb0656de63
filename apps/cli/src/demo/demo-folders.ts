import { join } from 'node:path';

/** Where a participant keeps its confirmed receipts. */
export function receiptFolder(folder: string): string {
  return join(folder, 'receipts');
}

/** Where the payee keeps one-way requests: never among the receipts, since nobody has to have sent them. */
export function oneWayFolder(folder: string): string {
  return join(folder, 'one-way-requests');
}
