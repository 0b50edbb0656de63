import { encodeUtf8, equalBytes } from '@pubky-paykit/primitives';
import { FILE_TARGET_TIMEOUT_MS, KEY_BYTES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { OwnFiles } from '../ports/own-files.ts';
import type { PublicFiles } from '../ports/public-files.ts';
import { keyRecordPath } from '../records/device-id.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import { checkPublication, checkReplacing, isRevokedThere } from './checking.ts';
import { type PresentFile, presentFile } from './present-file.ts';
import type { Publication, PublicationTarget, PublishCall } from './publication.ts';

/** Whose files, and how they are reached. */
export interface FileTargetOptions {
  /** 32 bytes, the Ed25519 public key; copied. */
  readonly identity: Uint8Array;
  /** How the identity writes its files. */
  readonly own: OwnFiles;
  /** How everybody reads them. */
  readonly files: PublicFiles;
  /** `homeserver` by default. */
  readonly name?: string;
  /** Milliseconds for each request; 30 s by default. */
  readonly timeoutMs?: number;
}

/**
 * Publishes to the homeserver: the text of the record at `/pub/noise.app/v0/phone`, where a retired device has no file. Reads
 * before it writes, so that nothing newer is replaced, and again afterwards, as everybody does. What is no record of the
 * identity, such as a file of more than 4 096 bytes, is replaced. No secret is needed but the session.
 *
 * `publish` throws DISCOVERY_NEWER_PUBLISHED, DISCOVERY_NOT_CONFIRMED, DISCOVERY_BAD_PUBLICATION, DISCOVERY_BAD_DEVICE,
 * DISCOVERY_KEY_RECORD_MALFORMED, DISCOVERY_KEY_RECORD_FORGED, DISCOVERY_FRESHNESS_FORGED, and what the files throw.
 *
 * @throws DISCOVERY_WRONG_LENGTH
 * @see P8 §4.4
 *
 * @example
 * ```ts
 * import { createFileTarget, type OwnFiles, type PublicFiles } from '@pubky-paykit/pkarr-discovery';
 * declare const identity: Uint8Array; // 32 bytes
 * declare const storage: OwnFiles & PublicFiles; // such as that of a session with a homeserver
 * const target = createFileTarget({ identity, own: storage, files: storage });
 * ```
 */
export function createFileTarget(options: FileTargetOptions): PublicationTarget {
  const { own, files, name = 'homeserver', timeoutMs = FILE_TARGET_TIMEOUT_MS } = options;
  checkLength('an identity', options.identity, KEY_BYTES, KEY_BYTES);
  const identity = Uint8Array.from(options.identity);

  const read = (path: string, { signal }: PublishCall): Promise<PresentFile> =>
    presentFile(files, identity, path, { signal, timeoutMs });

  async function publish(publication: Publication, call: PublishCall = {}): Promise<void> {
    checkPublication(publication, identity);
    const path = keyRecordPath(publication.device);
    const { signal } = call;
    if (publication.kind === 'retirement') {
      await own.delete(path, { signal, timeoutMs });
      if ((await read(path, call)) !== undefined) throw notConfirmed();
      return;
    }
    const record = encodeUtf8(publication.record);
    const present = await read(path, call);
    if (present instanceof Uint8Array) {
      if (equalBytes(present, record) || isRevokedThere(present, publication)) return;
      checkReplacing(present, publication, name);
    }
    await own.put(path, record, { signal, timeoutMs });
    const published = await read(path, call);
    if (!(published instanceof Uint8Array) || !equalBytes(published, record)) throw notConfirmed();
  }

  return { name, publish };
}

function notConfirmed(): Error {
  return new DiscoveryError('DISCOVERY_NOT_CONFIRMED', { tries: 1 });
}
