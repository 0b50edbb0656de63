import { open } from 'node:fs/promises';
import process from 'node:process';

/**
 * Makes the names in a folder durable: a file that was made, renamed or linked survives a loss of power only once its folder
 * is on disk, too. Windows has no such call, and needs none.
 *
 * @throws The errors of the system, with their codes.
 *
 * @example
 * ```ts
 * import { rename } from 'node:fs/promises';
 * import { syncFolder } from '@pubky-paykit/primitives/node';
 * await rename('data/draft', 'data/final');
 * await syncFolder('data');
 * ```
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
