import { isCodedError } from '@pubky-paykit/primitives';
import { MAX_KEY_RECORD_BYTES } from '../constants.ts';
import type { FileCall, PublicFiles } from '../ports/public-files.ts';

/** What stands where a key record belongs: nothing, or what may be one, or something that is too long to be one. */
export type PresentFile = Uint8Array | 'too long' | undefined;

/** What readers of files say of one that is longer than they were asked for. */
const TOO_LARGE = 'HOMESERVER_ANSWER_TOO_LARGE';

/**
 * Reads what stands at a path, up to 4 096 bytes of it. That it is longer is an answer here: whoever could put it there must not
 * keep the owner from replacing it, above all by a revocation.
 *
 * @throws What the files throw otherwise.
 */
export async function presentFile(
  files: PublicFiles,
  identity: Uint8Array,
  path: string,
  call: FileCall,
): Promise<PresentFile> {
  try {
    return (await files.get(identity, path, { ...call, maximumBytes: MAX_KEY_RECORD_BYTES }))?.bytes;
  } catch (error) {
    if (isCodedError(error) && error.code === TOO_LARGE) return 'too long';
    throw error;
  }
}
