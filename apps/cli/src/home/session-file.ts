import { rm } from 'node:fs/promises';
import { type SessionVault, zBase32 } from 'pubky-paykit';
import { readSmallFile, writePrivateFile } from './private-files.ts';
import type { Seal } from './seal.ts';

const VERSION_BYTE = 1;
/** An exported session has at most 565 bytes, and the seal adds 40. Inclusive. */
const MAXIMUM_BYTES = 1_024;

const purposeOf = (owner: Uint8Array): string =>
  `pubky-paykit-session ${VERSION_BYTE} ${zBase32.encode(owner)}`;

/**
 * Keeps the session of a home in a file, sealed like its seed: a version byte, and what the seal makes of it. A file that
 * cannot be opened counts as none, for a session can always be had again.
 */
export function createSessionFile(path: string, seal: Seal): SessionVault {
  return {
    async load(owner) {
      const bytes = await readSmallFile(path, MAXIMUM_BYTES);
      if (bytes === undefined || bytes === 'too large' || bytes[0] !== VERSION_BYTE) return undefined;
      return seal.open(purposeOf(owner), bytes.subarray(1));
    },
    async save(owner, exported) {
      const sealed = seal.close(purposeOf(owner), exported);
      const bytes = new Uint8Array(1 + sealed.length);
      bytes[0] = VERSION_BYTE;
      bytes.set(sealed, 1);
      sealed.fill(0);
      try {
        await writePrivateFile(path, bytes, { replace: true });
      } finally {
        bytes.fill(0);
      }
    },
    remove: () => rm(path, { force: true }),
  };
}
