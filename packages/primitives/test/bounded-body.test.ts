import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../tooling/vitest/effort.ts';
import { type FetchBodyReader, type FetchResponse, isCodedError, readBody } from '../src/index.ts';

/** A response in chunks, which counts what was read and whether it was told to stop. */
function streamed(chunks: readonly Uint8Array[], announced?: number) {
  const seen = { read: 0, cancelled: false };
  const left = [...chunks];
  const reader: FetchBodyReader = {
    async read() {
      const value = left.shift();
      seen.read += value?.length ?? 0;
      return value === undefined ? { done: true } : { done: false, value };
    },
    async cancel() {
      seen.cancelled = true;
    },
  };
  const response: FetchResponse = {
    status: 200,
    headers: {
      get: (name) => (name === 'content-length' && announced !== undefined ? `${announced}` : null),
    },
    body: { getReader: () => reader },
    arrayBuffer: () => Promise.reject(new Error('not to be called')),
  };
  return { response, seen };
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return isCodedError(error) ? error.code : undefined;
}

describe('readBody', () => {
  it('gives the bytes of any body that is short enough, and refuses every other [T4]', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat(200), async (parts, maximum) => {
        const whole = parts.flatMap((part) => [...part]);
        const { response, seen } = streamed(parts);
        if (whole.length <= maximum) {
          expect([...(await readBody(response, maximum))]).toEqual(whole);
        } else {
          expect(await codeOf(readBody(response, maximum))).toBe('PRIMITIVES_BODY_TOO_LONG');
          expect(seen.cancelled).toBe(true);
        }
      }),
      { numRuns: effort(400) },
    );
  });

  it('stops reading an endless body at the limit, and tells the sender [T4]', async () => {
    const { response, seen } = streamed(Array.from({ length: 1000 }, () => new Uint8Array(1024)));
    expect(await codeOf(readBody(response, 4096))).toBe('PRIMITIVES_BODY_TOO_LONG');
    expect(seen).toEqual({ read: 5 * 1024, cancelled: true });
  });

  it('reads nothing of a body that announces itself as too long', async () => {
    const { response, seen } = streamed([new Uint8Array(10)], 20_000_000);
    expect(await codeOf(readBody(response, 1000))).toBe('PRIMITIVES_BODY_TOO_LONG');
    expect(seen).toEqual({ read: 0, cancelled: true });
  });

  it('does not believe an announcement that is too short or no number', async () => {
    for (const announced of [1, Number.NaN, -5]) {
      expect(await readBody(streamed([new Uint8Array(10)], announced).response, 10)).toHaveLength(10);
      expect(await codeOf(readBody(streamed([new Uint8Array(11)], announced).response, 10))).toBe(
        'PRIMITIVES_BODY_TOO_LONG',
      );
    }
  });

  it('takes whole bodies where a platform has no streams [Q4]', async () => {
    const whole = (length: number): FetchResponse => ({
      status: 200,
      headers: { get: () => null },
      arrayBuffer: async () => new Uint8Array(length).buffer,
    });
    expect(await readBody(whole(5), 5)).toHaveLength(5);
    expect(await codeOf(readBody(whole(6), 5))).toBe('PRIMITIVES_BODY_TOO_LONG');
  });

  it('reads what the platform itself answers with', async () => {
    expect(await readBody(new Response('hello'), 5)).toHaveLength(5);
    expect(await readBody(new Response(null, { status: 204 }), 0)).toHaveLength(0);
  });
});
