import type { SessionStorage } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { createEndpointDesk, readEndpoint } from '../../src/payments/endpoint-file.ts';

const OWNER = new Uint8Array(32).fill(1);
const PLACE = { host: '127.0.0.1', port: 8888 };
const [KEY, NEXT_KEY] = [new Uint8Array(32).fill(2), new Uint8Array(32).fill(3)];
const TEXT = `noise://127.0.0.1:8888@${'02'.repeat(32)}`;
const NEXT_TEXT = `noise://127.0.0.1:8888@${'03'.repeat(32)}`;
const PATH = '/pub/paykit.app/v0/lightning';
const signal = new AbortController().signal;

/** A storage of one owner; `fail` makes the next call of that name reject after it was done. */
function fakeStorage(fail: Partial<Record<'put' | 'delete' | 'get', boolean>> = {}) {
  const files = new Map<string, Uint8Array>();
  const done = <Result>(call: 'put' | 'delete' | 'get', result: Result): Promise<Result> =>
    fail[call] ? Promise.reject(new Error('the line is cut')) : Promise.resolve(result);
  const storage = {
    get: async (_: Uint8Array, path: string) => {
      const bytes = files.get(path);
      return done('get', bytes && { bytes });
    },
    put: async (path: string, bytes: Uint8Array) => done('put', void files.set(path, bytes)),
    delete: async (path: string) => done('delete', files.delete(path)),
  } as unknown as SessionStorage;
  return {
    storage,
    fail,
    textAt: (path: string) => files.get(path) && new TextDecoder().decode(files.get(path)),
    write: (path: string, text: string) => files.set(path, new TextEncoder().encode(text)),
  };
}

describe('createEndpointDesk', () => {
  it('publishes the text verbatim, and takes it back', async () => {
    const { storage, textAt } = fakeStorage();
    const desk = createEndpointDesk(storage, OWNER, ['lightning'], PLACE);
    await desk.publish(KEY, signal);
    expect(textAt(PATH)).toBe(TEXT);
    expect(await desk.withdraw()).toEqual([]);
    expect(textAt(PATH)).toBeUndefined();
  });

  it('leaves the address of another device that has taken its place', async () => {
    const { storage, textAt, write } = fakeStorage();
    const desk = createEndpointDesk(storage, OWNER, ['lightning'], PLACE);
    await desk.publish(KEY, signal);
    write(PATH, 'noise://another');
    expect(await desk.withdraw()).toEqual([]);
    expect(textAt(PATH)).toBe('noise://another');
  });

  it('takes back what a write that failed has left, and nothing it has not begun', async () => {
    const { storage, textAt, write } = fakeStorage({ put: true });
    write('/pub/paykit.app/v0/onchain', TEXT);
    const desk = createEndpointDesk(storage, OWNER, ['lightning', 'onchain'], PLACE);
    await expect(desk.publish(KEY, signal)).rejects.toThrow();
    expect(textAt(PATH)).toBe(TEXT);
    expect(await desk.withdraw()).toEqual([]);
    expect(textAt(PATH)).toBeUndefined();
    expect(textAt('/pub/paykit.app/v0/onchain')).toBe(TEXT);
  });

  it('replaces what it has published when the key changes, and takes the last one back [O4]', async () => {
    const { storage, textAt } = fakeStorage();
    const desk = createEndpointDesk(storage, OWNER, ['lightning', 'onchain'], PLACE);
    await desk.publish(KEY, signal);
    await desk.publish(NEXT_KEY, signal);
    const places = [PATH, '/pub/paykit.app/v0/onchain'];
    expect(places.map(textAt)).toEqual([NEXT_TEXT, NEXT_TEXT]);
    expect(await desk.withdraw()).toEqual([]);
    expect(places.map(textAt)).toEqual([undefined, undefined]);
  });

  it('leaves the address of another device that has taken its place, also when the key changes', async () => {
    const { storage, textAt, write } = fakeStorage();
    const desk = createEndpointDesk(storage, OWNER, ['lightning'], PLACE);
    await desk.publish(KEY, signal);
    write(PATH, 'noise://another');
    await desk.publish(NEXT_KEY, signal);
    expect(textAt(PATH)).toBe('noise://another');
  });

  it('takes back whichever of two keys stands there after a write that failed', async () => {
    for (const stands of [TEXT, NEXT_TEXT]) {
      const { storage, fail, textAt, write } = fakeStorage();
      const desk = createEndpointDesk(storage, OWNER, ['lightning'], PLACE);
      await desk.publish(KEY, signal);
      fail.put = true;
      await expect(desk.publish(NEXT_KEY, signal)).rejects.toThrow();
      write(PATH, stands);
      expect(await desk.withdraw()).toEqual([]);
      expect(textAt(PATH)).toBeUndefined();
    }
  });

  it('takes back an address that a run before has left with the very same words', async () => {
    const { storage, textAt, write } = fakeStorage();
    write(PATH, TEXT);
    const desk = createEndpointDesk(storage, OWNER, ['lightning'], PLACE);
    await desk.publish(KEY, signal);
    expect(await desk.withdraw()).toEqual([]);
    expect(textAt(PATH)).toBeUndefined();
  });

  it('names the methods of which nobody knows whether it was taken back [O5]', async () => {
    for (const call of ['get', 'delete'] as const) {
      const { storage, fail } = fakeStorage();
      const desk = createEndpointDesk(storage, OWNER, ['lightning'], PLACE);
      await desk.publish(KEY, signal);
      fail[call] = true;
      expect(await desk.withdraw()).toEqual(['lightning']);
    }
  });
});

describe('readEndpoint', () => {
  it('takes an empty file for none, as 0.8 does, and a mark at the beginning for text', async () => {
    const { storage, write } = fakeStorage();
    expect(await readEndpoint(storage, OWNER, 'lightning')).toBeUndefined();
    write(PATH, '');
    expect(await readEndpoint(storage, OWNER, 'lightning')).toBeUndefined();
    write(PATH, '\ufeffnoise://x');
    expect(await readEndpoint(storage, OWNER, 'lightning')).toEqual({ text: '\ufeffnoise://x' });
  });
});
