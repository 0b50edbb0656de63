import { describe, expect, it } from 'vitest';
import { ORIGIN, OWNER, OWNER_NAME, scriptedHomeserver } from '../fetch-homeserver.ts';
import { answer, endlessBody, hang } from '../scripted-fetch.ts';
import { rejectedCodeOf, rejectionOf } from '../thrown.ts';
import { turns } from '../turns.ts';

const HOUR_MS = 3_600_000;

/** Everything a reader of one file can call. */
const READS = ['get', 'stat', 'exists'] as const;

describe('get', () => {
  it('asks the homeserver for the tenant, without cookies, and follows nowhere', async () => {
    const { homeserver, seen } = scriptedHomeserver(() => answer(404));
    await homeserver.storage.get(OWNER, '/pub/My notes');
    const [{ url, method, headers, redirect, credentials }] = seen as [(typeof seen)[0]];
    expect([method, url]).toEqual(['GET', `${ORIGIN}/pub/My%20notes`]);
    expect(headers).toEqual({ 'pubky-host': OWNER_NAME });
    expect([redirect, credentials]).toEqual(['manual', 'omit']);
  });

  it('gives the bytes and what came with them', async () => {
    const { homeserver } = scriptedHomeserver(() =>
      answer(200, Uint8Array.of(1, 2), {
        etag: '"abc"',
        'last-modified': 'Thu, 15 Jan 2026 12:00:00 GMT',
        'content-type': 'text/plain',
      }),
    );
    expect(await homeserver.storage.get(OWNER, '/pub/a')).toEqual({
      bytes: Uint8Array.of(1, 2),
      etag: 'abc',
      lastModifiedMs: Date.UTC(2026, 0, 15, 12),
      contentType: 'text/plain',
    });
  });

  it('stops an endless body at the limit [Q4]', async () => {
    const endless = endlessBody(1_000_000);
    const { homeserver } = scriptedHomeserver(() => ({
      ...endless,
      status: 200,
      headers: new Headers(),
      arrayBuffer: never,
    }));
    const work = homeserver.storage.get(OWNER, '/pub/a', { maximumBytes: 2_500_000 });
    expect(await rejectedCodeOf(work)).toBe('HOMESERVER_ANSWER_TOO_LARGE');
    expect([endless.sentBytes(), endless.cancelled()]).toEqual([3_000_000, true]);
  });

  it('believes an announced length enough to stop there, and no further', async () => {
    const { homeserver } = scriptedHomeserver(() => answer(200, 'abc', { 'content-length': '99999999999' }));
    expect(await rejectedCodeOf(homeserver.storage.get(OWNER, '/pub/a'))).toBe('HOMESERVER_ANSWER_TOO_LARGE');
    const short = scriptedHomeserver(() => answer(200, 'abc', { 'content-length': '1' }));
    expect((await short.homeserver.storage.get(OWNER, '/pub/a'))?.bytes.length).toBe(3);
  });

  it('allows nothing where nothing is allowed', async () => {
    const { homeserver } = scriptedHomeserver(() => answer(200, ''));
    expect((await homeserver.storage.get(OWNER, '/pub/a', { maximumBytes: 0 }))?.bytes.length).toBe(0);
    for (const maximumBytes of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(await rejectedCodeOf(homeserver.storage.get(OWNER, '/pub/a', { maximumBytes }))).toBe(
        'HOMESERVER_BAD_LIMIT',
      );
    }
  });

  it('says that the connection broke when it breaks in the body', async () => {
    const body = {
      getReader: () => ({
        read: async () => {
          throw new TypeError('terminated');
        },
        cancel: async () => {},
      }),
    };
    const { homeserver } = scriptedHomeserver(() => ({
      status: 200,
      headers: new Headers(),
      body,
      arrayBuffer: never,
    }));
    const error = await rejectionOf(homeserver.storage.get(OWNER, '/pub/a'));
    expect([error.code, error.retryable]).toEqual(['HOMESERVER_OFFLINE', true]);
  });

  it('reads whole bodies where the platform has no streams', async () => {
    const whole = {
      status: 200,
      headers: new Headers(),
      arrayBuffer: async () => Uint8Array.of(1, 2, 3).buffer,
    };
    const { homeserver } = scriptedHomeserver(() => whole);
    expect((await homeserver.storage.get(OWNER, '/pub/a'))?.bytes).toEqual(Uint8Array.of(1, 2, 3));
    expect(await rejectedCodeOf(homeserver.storage.get(OWNER, '/pub/a', { maximumBytes: 2 }))).toBe(
      'HOMESERVER_ANSWER_TOO_LARGE',
    );
  });
});

describe('stat', () => {
  it('asks for the head only, and leaves out what cannot be read', async () => {
    const { homeserver, seen } = scriptedHomeserver(() =>
      answer(200, null, { 'content-length': '-5', etag: 'unquoted', 'last-modified': 'yesterday' }),
    );
    const stat = await homeserver.storage.stat(OWNER, '/pub/a');
    expect(seen[0]?.method).toBe('HEAD');
    expect(stat).toEqual({
      bytes: undefined,
      etag: undefined,
      lastModifiedMs: undefined,
      contentType: undefined,
    });
  });
});

describe.each(READS)('%s, like every request,', (read) => {
  it.each([
    [401, 'HOMESERVER_UNAUTHORISED', false],
    [403, 'HOMESERVER_FORBIDDEN', false],
    [400, 'HOMESERVER_REFUSED', false],
    [418, 'HOMESERVER_REFUSED', false],
    [429, 'HOMESERVER_RATE_LIMITED', true],
    [500, 'HOMESERVER_SERVER_ERROR', true],
    [503, 'HOMESERVER_SERVER_ERROR', true],
    [301, 'HOMESERVER_BAD_ANSWER', false],
    [304, 'HOMESERVER_BAD_ANSWER', false],
  ])('tells status %i apart: %s [O5]', async (status, code, retryable) => {
    const { homeserver } = scriptedHomeserver(() => answer(status));
    const error = await rejectionOf(homeserver.storage[read](OWNER, '/pub/a'));
    expect([error.code, error.retryable]).toEqual([code, retryable]);
    expect(error.nextStep).toMatch(/\.$/);
  });

  it('takes 404 and 410 for "not there"', async () => {
    for (const status of [404, 410]) {
      const { homeserver } = scriptedHomeserver(() => answer(status, 'Not Found'));
      expect((await homeserver.storage[read](OWNER, '/pub/a')) || undefined).toBeUndefined();
    }
  });

  it('is offline when the connection fails', async () => {
    const { homeserver } = scriptedHomeserver(() => {
      throw new TypeError('fetch failed');
    });
    const error = await rejectionOf(homeserver.storage[read](OWNER, '/pub/a'));
    expect([error.code, error.retryable]).toEqual(['HOMESERVER_OFFLINE', true]);
  });

  it('ends a hung server after its time, and tells it to stop', async () => {
    let aborted = false;
    const { homeserver, clock } = scriptedHomeserver((request) => {
      request.signal?.addEventListener('abort', () => {
        aborted = true;
      });
      return hang(request);
    });
    const work = rejectionOf(homeserver.storage[read](OWNER, '/pub/a', { timeoutMs: 500 }));
    await turns();
    clock.advance(500);
    const error = await work;
    expect([error.code, error.context, aborted, clock.pending]).toEqual([
      'HOMESERVER_TIMED_OUT',
      { what: read === 'get' ? 'file' : 'stat', afterMs: 500 },
      true,
      0,
    ]);
  });

  it('takes 30 seconds unless told otherwise, and for ever if so', async () => {
    const { homeserver, clock } = scriptedHomeserver(hang);
    const work = rejectedCodeOf(homeserver.storage[read](OWNER, '/pub/a'));
    await turns();
    clock.advance(29_999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect(await work).toBe('HOMESERVER_TIMED_OUT');

    const controller = new AbortController();
    const { signal } = controller;
    const patient = homeserver.storage[read](OWNER, '/pub/a', {
      timeoutMs: Number.POSITIVE_INFINITY,
      signal,
    });
    await turns();
    clock.advance(HOUR_MS);
    controller.abort();
    expect(await rejectedCodeOf(patient)).toBe('HOMESERVER_CANCELLED');
  });

  it('sends nothing for a path or key that is refused', async () => {
    const { homeserver, seen, asked } = scriptedHomeserver(() => answer(200));
    expect(await rejectedCodeOf(homeserver.storage[read](OWNER, '/pub/../a'))).toBe('HOMESERVER_BAD_PATH');
    expect(await rejectedCodeOf(homeserver.storage[read](new Uint8Array(5), '/pub/a'))).toBe(
      'HOMESERVER_BAD_KEY',
    );
    expect([seen, asked]).toEqual([[], []]);
  });
});

describe('HOMESERVER_RATE_LIMITED', () => {
  it.each([
    ['12', 12_000],
    ['0', 0],
    [undefined, undefined],
    ['-1', undefined],
    ['99999', undefined],
    ['Thu, 15 Jan 2026 12:00:00 GMT', undefined],
  ])('reads Retry-After %s as %s ms', async (header, retryAfterMs) => {
    const { homeserver } = scriptedHomeserver(() =>
      answer(429, 'slow down', header === undefined ? {} : { 'retry-after': header }),
    );
    expect((await rejectionOf(homeserver.storage.get(OWNER, '/pub/a'))).context).toEqual({ retryAfterMs });
  });
});

function never(): Promise<ArrayBuffer> {
  throw new Error('the whole body is asked for');
}
