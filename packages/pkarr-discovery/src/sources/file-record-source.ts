import { isCodedError } from '@pubky-paykit/primitives';
import { FILE_SOURCE_TIMEOUT_MS, KEY_RECORD_FOLDER, MAX_KEY_RECORD_BYTES } from '../constants.ts';
import type { PublicFiles } from '../ports/public-files.ts';
import { keyRecordPath } from '../records/device-id.ts';
import type { DeviceNames, IdentityRecords, KeyRecordSource, SourceCall } from './key-record-source.ts';

/** How the files of homeservers are asked. */
export interface FileRecordSourceOptions {
  readonly files: PublicFiles;
  /** `homeserver` by default. */
  readonly name?: string;
  /** Milliseconds for one question, finding the homeserver included; 10 s by default. */
  readonly timeoutMs?: number;
}

/** What the package `homeserver` throws for an identity that names none: whoever has no homeserver has no files. */
const NO_HOMESERVER = 'HOMESERVER_NO_HOMESERVER';

/** What there is, or `nothing` for an identity without a homeserver. */
async function orNothing<Found>(found: Promise<Found>, nothing: Found): Promise<Found> {
  try {
    return await found;
  } catch (error) {
    if (isCodedError(error) && error.code === NO_HOMESERVER) return nothing;
    throw error;
  }
}

/**
 * The key records on the homeservers of their owners, one file for each device: `/pub/noise.app/v0/phone`. Never more than
 * 4 096 bytes of one are read; an empty file is as good as none, as in 0.8.
 *
 * @see P8 §4.1
 *
 * @example
 * ```ts
 * import { createFileRecordSource, type PublicFiles } from '@pubky-paykit/pkarr-discovery';
 * declare const files: PublicFiles; // such as the public storage of a homeserver client
 * const source = createFileRecordSource({ files, timeoutMs: 5_000 });
 * ```
 */
export function createFileRecordSource(options: FileRecordSourceOptions): KeyRecordSource {
  const { files, name = 'homeserver', timeoutMs = FILE_SOURCE_TIMEOUT_MS } = options;

  const look = (identity: Uint8Array): IdentityRecords => ({
    async read(device, { signal }) {
      const path = keyRecordPath(device);
      const limits = { signal, timeoutMs, maximumBytes: MAX_KEY_RECORD_BYTES };
      const file = await orNothing(files.get(identity, path, limits), undefined);
      return file === undefined || file.bytes.length === 0 ? [] : [file.bytes];
    },
    devices: (maximum, { signal }) =>
      orNothing(listNames(identity, maximum, { signal }), { names: [], complete: true }),
  });

  async function listNames(
    identity: Uint8Array,
    maximum: number,
    { signal }: SourceCall,
  ): Promise<DeviceNames> {
    const names: string[] = [];
    let cursor: string | undefined;
    // A page may be empty and not the last one; each costs a request, so there are no more of them than names.
    for (let pages = 0; pages < maximum; pages++) {
      const page = await files.listPage(identity, KEY_RECORD_FOLDER, {
        signal,
        timeoutMs,
        limit: maximum,
        shallow: true,
        ...(cursor !== undefined && { cursor }),
      });
      names.push(...page.paths.map(nameOf));
      cursor = page.cursor;
      if (cursor === undefined) return { names: names.slice(0, maximum), complete: names.length <= maximum };
      if (names.length >= maximum) break;
    }
    return { names: names.slice(0, maximum), complete: false };
  }

  return { name, timeoutMs, look };
}

/** What stands behind the folder; the whole path, which is no device id, if it is elsewhere. */
function nameOf(path: string): string {
  return path.startsWith(KEY_RECORD_FOLDER) ? path.slice(KEY_RECORD_FOLDER.length) : path;
}
