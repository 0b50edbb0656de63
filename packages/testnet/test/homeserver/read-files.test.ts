import { silentLogger, systemRandom } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import type { Admission } from '../../src/homeserver/authorization.ts';
import { createEventBell } from '../../src/homeserver/event-bell.ts';
import type { Homeserver } from '../../src/homeserver/homeserver.ts';
import { getFile } from '../../src/homeserver/read-files.ts';
import { createTokenGate } from '../../src/homeserver/token-gate.ts';
import type { HttpRequest } from '../../src/http/exchange.ts';
import type { Change } from '../../src/storage/change.ts';
import { createMemoryStore, type Store } from '../../src/storage/store.ts';
import { identity } from '../identities.ts';
import { stoppedClock } from '../networks.ts';

const { key, signer } = identity(1);
const admission: Admission = {
  tenant: { key, publicKey: signer.publicKey },
  path: { text: '/pub/a', encoded: '/pub/a', isDirectory: false },
};
const request: HttpRequest = {
  method: 'GET',
  path: '/pub/a',
  query: '',
  header: () => undefined,
  announcedBytes: undefined,
  async *chunks() {},
  signal: new AbortController().signal,
  expectSilence() {},
};

function homeserverOver(store: Store): Homeserver {
  const clock = stoppedClock();
  return {
    store,
    clock,
    random: systemRandom,
    logger: silentLogger,
    tokens: createTokenGate(clock),
    bell: createEventBell(clock),
    limits: { fileBytes: 1, userBytes: 1 },
    inviteOnly: false,
  };
}

async function content(store: Store, byte: number): Promise<string> {
  const draft = await store.bodies.create();
  await draft.write(Uint8Array.of(byte));
  return draft.keep();
}

function place(store: Store, body: string, etag: string): Promise<void> {
  const file = { etag, bytes: 1, contentType: 'text/plain', modifiedMs: 1, body };
  const change: Change = { kind: 'file', user: key, path: '/pub/a', ...file };
  return store.change(() => ({ changes: [change], result: undefined }));
}

async function storeWithFile(): Promise<Store> {
  const store = createMemoryStore(10);
  await store.change(() => ({ changes: [{ kind: 'user', user: key, createdMs: 1 }], result: undefined }));
  await place(store, await content(store, 1), 'old');
  return store;
}

describe('getFile', () => {
  it('gives the new content with the new tag, if the file is replaced before its content is opened', async () => {
    const store = await storeWithFile();
    const open = async (id: string, bytes: number) => {
      const { body } = store.state.users.get(key)?.files.get('/pub/a') ?? {};
      if (id === '1' && body === '1') {
        await place(store, await content(store, 2), 'new');
        await store.bodies.remove('1');
      }
      return store.bodies.open(id, bytes);
    };
    const slow: Store = { ...store, bodies: { ...store.bodies, open } };
    const reply = await getFile(homeserverOver(slow), request, admission, false);
    expect(reply).toMatchObject({ status: 200, headers: { etag: '"new"' }, body: Uint8Array.of(2) });
  });

  it('says so if a content has been lost, instead of looking for it for ever', async () => {
    const store = await storeWithFile();
    await store.bodies.remove('1');
    await expect(getFile(homeserverOver(store), request, admission, false)).rejects.toThrow(RangeError);
  });
});
