import { contentEtag, formatEtag, formatListing, parseResource } from '@pubky-paykit/homeserver/wire';
import { encodeUtf8 } from '@pubky-paykit/primitives';
import { CHUNK_BYTES } from '../constants.ts';
import { type HttpReply, type HttpRequest, Refusal } from '../http/exchange.ts';
import { formatHttpDate, parseHttpDate, wholeSeconds } from '../http/http-date.ts';
import type { OpenBody } from '../storage/body-store.ts';
import type { StoredFile } from '../storage/network-state.ts';
import type { Admission } from './authorization.ts';
import type { Homeserver } from './homeserver.ts';
import { listDirectory } from './listing.ts';
import { readPageQuery } from './page-query.ts';

function find({ store }: Homeserver, { tenant, path }: Admission): StoredFile {
  const file = store.state.users.get(tenant.key)?.files.get(path.text);
  if (file === undefined) throw new Refusal(404, 'Not Found');
  return file;
}

const CACHING = { vary: 'pubky-host', 'cache-control': 'private, must-revalidate' } as const;

function headersOf(file: StoredFile, etag: string): Record<string, string | number> {
  return {
    etag: formatEtag(etag),
    'last-modified': formatHttpDate(file.modifiedMs),
    'content-type': file.contentType,
    'content-length': file.bytes,
    ...CACHING,
  };
}

/** Whether a client has it already. The date counts only where there is no tag. RFC 9110 §13.2.2 */
function isKnown(request: HttpRequest, { modifiedMs }: StoredFile, etag: string): boolean {
  const tags = request.header('if-none-match');
  if (tags !== undefined) return tags.split(',').some((tag) => tag.trim() === formatEtag(etag));
  const sinceMs = parseHttpDate(request.header('if-modified-since'));
  return sinceMs !== undefined && sinceMs >= wholeSeconds(modifiedMs);
}

/** A file and its content, which belong together even if somebody is replacing them. */
async function openFile(
  homeserver: Homeserver,
  admission: Admission,
): Promise<{ readonly file: StoredFile; readonly body: OpenBody }> {
  for (let last = ''; ; ) {
    const file = find(homeserver, admission);
    const body = await homeserver.store.bodies.open(file.body, file.bytes);
    if (body !== undefined) return { file, body };
    // Replaced between the two lines above; but one that stays away has been lost.
    if (file.body === last) throw new RangeError('the content of a file is not there');
    last = file.body;
  }
}

/** What a client gets instead of the tag of the content, if it is to be led astray. */
function etagOf(file: StoredFile, wrong: boolean): string {
  return wrong ? contentEtag(encodeUtf8(file.etag)) : file.etag;
}

/** `GET` of a file. */
export async function getFile(
  homeserver: Homeserver,
  request: HttpRequest,
  admission: Admission,
  wrongEtag: boolean,
): Promise<HttpReply> {
  const known = find(homeserver, admission);
  if (isKnown(request, known, etagOf(known, wrongEtag))) {
    const {
      'content-length': _,
      'content-type': __,
      ...headers
    } = headersOf(known, etagOf(known, wrongEtag));
    return { status: 304, headers };
  }
  const { file, body } = await openFile(homeserver, admission);
  const reply = { status: 200, headers: headersOf(file, etagOf(file, wrongEtag)) };
  if (file.bytes > CHUNK_BYTES) return { ...reply, body: body.read(), release: () => body.close() };
  try {
    return { ...reply, body: await body.readWhole() };
  } finally {
    await body.close();
  }
}

/** `HEAD` of a file. Conditions are not asked, as by the official server. */
export async function headFile(
  homeserver: Homeserver,
  admission: Admission,
  wrongEtag: boolean,
): Promise<HttpReply> {
  const file = find(homeserver, admission);
  return { status: 200, headers: headersOf(file, etagOf(file, wrongEtag)) };
}

/** The path a cursor names: `{z-base-32 key}/path`, whoever the key belongs to. */
function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const path = parseResource(`pubky://${cursor}`)?.path;
  if (path === undefined) throw new Refusal(400, 'Invalid cursor');
  return path;
}

/** `GET` of a directory: one page of what is in it, one address a line. */
export async function listFiles(
  { store }: Homeserver,
  request: HttpRequest,
  { tenant, path }: Admission,
): Promise<HttpReply> {
  const { cursor, ...query } = readPageQuery(request.query);
  const paths = store.state.users.get(tenant.key)?.paths ?? [];
  const names = listDirectory(paths, { ...query, cursor: readCursor(cursor), directory: path.text });
  if (names === undefined) throw new Refusal(404, 'Directory Not Found');
  return {
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: formatListing(tenant.publicKey, names),
  };
}
