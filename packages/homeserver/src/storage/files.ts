import type { Clock, FetchResponse } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import { parseEtag } from '../wire/etag.ts';
import { parseStoragePath } from '../wire/storage-path.ts';
import type { CallOptions } from './call-options.ts';
import { exchange, ignoreBody } from './exchange.ts';
import { checkedKey, checkedLimit } from './keys.ts';
import type { FileStat, GetOptions, PutOptions, StoredFile } from './public-storage.ts';
import type { TenantTransport } from './transport.ts';

/** Longest file that is read unless the call says otherwise: 16 MiB. */
export const GET_MAXIMUM_BYTES = 16 * 1024 * 1024;
/** Longest file that is written, in bytes (inclusive): what the official server takes. */
export const PUT_MAXIMUM_BYTES = 100 * 1024 * 1024;

const DEFAULT_CONTENT_TYPE = 'application/octet-stream';
const CONTENT_TYPE_MAXIMUM_LENGTH = 255;
/** Type, subtype, and parameters of printable ASCII: nothing that ends a header line. */
const CONTENT_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;[\x20-\x7e]*)?$/;

/** Where requests go and by which clock they end. */
export interface StorageParts {
  readonly transport: TenantTransport;
  readonly clock: Clock;
}

/** What the header of an answer says about the file. */
export function readStat({ headers }: FetchResponse): FileStat {
  const length = headers.get('content-length') ?? '';
  const modified = Date.parse(headers.get('last-modified') ?? '');
  return {
    bytes: /^\d{1,15}$/.test(length) ? Number(length) : undefined,
    etag: parseEtag(headers.get('etag')),
    lastModifiedMs: Number.isNaN(modified) ? undefined : modified,
    contentType: headers.get('content-type')?.slice(0, CONTENT_TYPE_MAXIMUM_LENGTH),
  };
}

/** @throws HOMESERVER_BAD_LIMIT */
export function checkedMaximumBytes(options: GetOptions | undefined): number {
  const limit = options?.maximumBytes ?? GET_MAXIMUM_BYTES;
  return checkedLimit(limit, 'maximumBytes', 0, Number.MAX_SAFE_INTEGER);
}

/** `get` of the port. */
export async function getFile(
  { transport, clock }: StorageParts,
  owner: Uint8Array,
  path: string,
  options?: GetOptions,
): Promise<StoredFile | undefined> {
  const key = checkedKey(owner, 'owner');
  const { encoded } = parseStoragePath(path, 'file');
  const maximumBytes = checkedMaximumBytes(options);
  return exchange<StoredFile | undefined>({
    what: 'file',
    clock,
    options,
    send: (signal) => transport.send(key, { method: 'GET', target: encoded, credentials: 'omit', signal }),
    accept: async (response, body) => ({ ...readStat(response), bytes: await body(maximumBytes) }),
    missing: () => undefined,
  });
}

/** `stat` of the port. */
export async function statFile(
  { transport, clock }: StorageParts,
  owner: Uint8Array,
  path: string,
  options?: CallOptions,
): Promise<FileStat | undefined> {
  const key = checkedKey(owner, 'owner');
  const { encoded } = parseStoragePath(path, 'file');
  return exchange<FileStat | undefined>({
    what: 'stat',
    clock,
    options,
    send: (signal) => transport.send(key, { method: 'HEAD', target: encoded, credentials: 'omit', signal }),
    accept: readStat,
    missing: () => undefined,
  });
}

/** What proves to the server who is writing. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: 'include' | 'omit';
}

/**
 * Checks a file before anything is sent.
 *
 * @returns The content type to send. @throws HOMESERVER_BODY_TOO_LARGE, HOMESERVER_BAD_CONTENT_TYPE
 */
export function checkedContentType(bytes: Uint8Array, options: PutOptions | undefined): string {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('a file is written from a Uint8Array');
  if (bytes.length > PUT_MAXIMUM_BYTES) {
    throw new HomeserverError('HOMESERVER_BODY_TOO_LARGE', { bytes: bytes.length });
  }
  const contentType = options?.contentType ?? DEFAULT_CONTENT_TYPE;
  if (contentType.length <= CONTENT_TYPE_MAXIMUM_LENGTH && CONTENT_TYPE.test(contentType)) return contentType;
  throw new HomeserverError('HOMESERVER_BAD_CONTENT_TYPE');
}

/** `put` of the port. */
export async function putFile(
  { transport, clock }: StorageParts,
  owner: Uint8Array,
  proof: Credentials,
  path: string,
  bytes: Uint8Array,
  options?: PutOptions,
): Promise<void> {
  const { encoded } = parseStoragePath(path, 'file');
  const contentType = checkedContentType(bytes, options);
  return exchange<void>({
    what: 'put',
    bytes: bytes.length,
    clock,
    options,
    send: (signal) =>
      transport.send(owner, {
        method: 'PUT',
        target: encoded,
        headers: { ...proof.headers, 'content-type': contentType },
        credentials: proof.credentials,
        body: bytes,
        signal,
      }),
    accept: (_, body) => ignoreBody(body),
  });
}

/** `delete` of the port. */
export async function deleteFile(
  { transport, clock }: StorageParts,
  owner: Uint8Array,
  proof: Credentials,
  path: string,
  options?: CallOptions,
): Promise<boolean> {
  const { encoded } = parseStoragePath(path, 'file');
  return exchange<boolean>({
    what: 'delete',
    clock,
    options,
    send: (signal) => transport.send(owner, { method: 'DELETE', target: encoded, ...proof, signal }),
    accept: async (_, body) => {
      await ignoreBody(body);
      return true;
    },
    missing: () => false,
  });
}
