import { blake3 } from '@noble/hashes/blake3.js';
import { base64, concatBytes } from '@pubky-paykit/primitives';
import { type HttpReply, type HttpRequest, Refusal } from '../http/exchange.ts';
import type { BodyDraft } from '../storage/body-store.ts';
import type { Change } from '../storage/change.ts';
import { costOf, type NetworkState, type StoredEvent } from '../storage/network-state.ts';
import type { Admission } from './authorization.ts';
import { contentTypeOf, SIGNATURE_BYTES } from './content-type.ts';
import type { Homeserver } from './homeserver.ts';

/** What is known of a content once it has come in. */
interface Content {
  readonly etag: string;
  readonly bytes: number;
  readonly contentType: string;
}

/** Refuses what would not fit beside what the user has. @throws Refusal 507 */
function checkQuota({ store, limits }: Homeserver, { tenant, path }: Admission, bytes: number): void {
  const user = store.state.users.get(tenant.key);
  const replaced = user?.files.get(path.text);
  const after = (user?.usedBytes ?? 0) - costOf(replaced) + costOf({ bytes });
  if (after > limits.userBytes) throw new Refusal(507, 'Disk space quota exceeded');
}

/** Takes a body in, no further than it is allowed to go. */
async function receive(
  homeserver: Homeserver,
  request: HttpRequest,
  admission: Admission,
  draft: BodyDraft,
): Promise<Content> {
  const hash = blake3.create();
  let bytes = 0;
  let start: Uint8Array = new Uint8Array();
  for await (const chunk of request.chunks(homeserver.limits.fileBytes)) {
    if (start.length < SIGNATURE_BYTES) start = concatBytes(start, chunk.subarray(0, SIGNATURE_BYTES));
    bytes += chunk.length;
    checkQuota(homeserver, admission, bytes);
    hash.update(chunk);
    await draft.write(chunk);
  }
  return {
    etag: base64.encode(hash.digest()),
    bytes,
    contentType: contentTypeOf(admission.path.text, start),
  };
}

function nextEvent(
  { events }: NetworkState,
  { tenant, path }: Admission,
  event: Pick<StoredEvent, 'type' | 'etag'>,
): Change {
  return { kind: 'event', id: (events.at(-1)?.id ?? 0) + 1, user: tenant.key, path: path.text, ...event };
}

/** Makes a content that is durable the file's; resolves to the content it replaces. */
function place(
  homeserver: Homeserver,
  admission: Admission,
  content: Content,
  body: string,
): Promise<string | undefined> {
  const { tenant, path } = admission;
  return homeserver.store.change((state) => {
    // Others may have written meanwhile.
    checkQuota(homeserver, admission, content.bytes);
    const modifiedMs = homeserver.clock.now();
    return {
      changes: [
        { kind: 'file', user: tenant.key, path: path.text, ...content, modifiedMs, body },
        nextEvent(state, admission, { type: 'PUT', etag: content.etag }),
      ],
      result: state.users.get(tenant.key)?.files.get(path.text)?.body,
    };
  });
}

/** `PUT` of a file: 201 once it is durable. The last of several wins. */
export async function putFile(
  homeserver: Homeserver,
  request: HttpRequest,
  admission: Admission,
): Promise<HttpReply> {
  if (admission.path.isDirectory) throw new Refusal(400, 'the path of a file does not end with a slash');
  checkQuota(homeserver, admission, request.announcedBytes ?? 0);
  const { bodies } = homeserver.store;
  const draft = await bodies.create();
  let body: string;
  let content: Content;
  try {
    content = await receive(homeserver, request, admission, draft);
    body = await draft.keep();
  } catch (error) {
    await draft.drop();
    throw error;
  }
  try {
    const replaced = await place(homeserver, admission, content, body);
    if (replaced !== undefined) await bodies.remove(replaced);
  } catch (error) {
    // After a failure of the disk it may be the file's all the same: the next start finds out.
    if (error instanceof Refusal) await bodies.remove(body);
    throw error;
  }
  homeserver.bell.ring();
  return { status: 201 };
}

/** `DELETE` of a file: 204 once that is durable. */
export async function deleteFile(homeserver: Homeserver, admission: Admission): Promise<HttpReply> {
  const { tenant, path } = admission;
  const removed = await homeserver.store.change((state) => {
    const file = state.users.get(tenant.key)?.files.get(path.text);
    if (file === undefined) throw new Refusal(404, 'Not Found');
    return {
      changes: [
        { kind: 'file-gone', user: tenant.key, path: path.text },
        nextEvent(state, admission, { type: 'DEL' }),
      ],
      result: file.body,
    };
  });
  await homeserver.store.bodies.remove(removed);
  homeserver.bell.ring();
  return { status: 204 };
}
