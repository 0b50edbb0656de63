import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type SessionVault, zBase32 } from 'pubky-paykit';
import { readSmallFile, writePrivateFile } from './private-files.ts';
import type { Seal } from './seal.ts';

const VERSION_BYTE = 1;
/** An exported session has at most 565 bytes, and the seal adds 40. Inclusive. */
const MAXIMUM_BYTES = 1_024;

const purposeOf = (owner: Uint8Array): string =>
  `pubky-paykit-session ${VERSION_BYTE} ${zBase32.encode(owner)}`;

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Keeps the session of a home in a file, sealed like its seed: a version byte, and what the seal makes of it. A file that
 * cannot be opened counts as none, for a session can always be had again.
 *
 * Several processes may have the home: a session that another one has put there, such as one that was imported, is neither
 * replaced by the one that was loaded here before, nor removed in its place.
 */
export function createSessionFile(path: string, seal: Seal): SessionVault {
  /** What stood there when it was loaded or saved here last: of the file, and of the session in it. */
  let known: { readonly file: string; readonly session: string } | undefined;

  async function isReplaced(): Promise<boolean> {
    const bytes = await readSmallFile(path, MAXIMUM_BYTES);
    if (known === undefined || bytes === undefined || bytes === 'too large') return false;
    return digestOf(bytes) !== known.file;
  }

  return {
    async load(owner) {
      const bytes = await readSmallFile(path, MAXIMUM_BYTES);
      if (bytes === undefined || bytes === 'too large' || bytes[0] !== VERSION_BYTE) return undefined;
      const session = seal.open(purposeOf(owner), bytes.subarray(1));
      if (session !== undefined) known = { file: digestOf(bytes), session: digestOf(session) };
      return session;
    },
    async save(owner, exported) {
      const session = digestOf(exported);
      if (session === known?.session && (await isReplaced())) return;
      const sealed = seal.close(purposeOf(owner), exported);
      const bytes = new Uint8Array(1 + sealed.length);
      bytes[0] = VERSION_BYTE;
      bytes.set(sealed, 1);
      sealed.fill(0);
      try {
        await writePrivateFile(path, bytes, { replace: true });
        known = { file: digestOf(bytes), session };
      } finally {
        bytes.fill(0);
      }
    },
    async remove() {
      if (!(await isReplaced())) await rm(path, { force: true });
    },
  };
}
