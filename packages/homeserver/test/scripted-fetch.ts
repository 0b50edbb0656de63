import type { Fetch, FetchRequest, FetchResponse } from '@pubky-paykit/primitives';

/** A request that a test saw. */
export interface SeenRequest extends FetchRequest {
  readonly url: string;
  readonly method: string;
}

/** What a test answers: an ordinary response, or whatever it does instead. */
export type Script = (request: SeenRequest) => FetchResponse | Promise<FetchResponse>;

/** A `fetch` without a network. */
export interface ScriptedFetch {
  readonly fetch: Fetch;
  /** Every request so far; bodies as they were when it was sent. */
  readonly seen: SeenRequest[];
  /** Methods and URLs of all requests so far. */
  lines(): readonly string[];
}

/** Answers every request by the script. */
export function scriptedFetch(script: Script): ScriptedFetch {
  const seen: SeenRequest[] = [];
  return {
    seen,
    lines: () => seen.map(({ method, url }) => `${method} ${url}`),
    async fetch(url, request = {}) {
      const copied = { ...request, ...(request.body && { body: request.body.slice() }) };
      const each = { ...copied, url, method: request.method ?? 'GET' };
      seen.push(each);
      return script(each);
    },
  };
}

/** An ordinary response. */
export function answer(
  status: number,
  body: string | Uint8Array | null = null,
  headers: Record<string, string> = {},
): FetchResponse {
  return new Response(typeof body === 'string' || body === null ? body : Uint8Array.from(body), {
    status,
    headers,
  });
}

/** A body that never ends, and what was made of it. */
export function endlessBody(chunkBytes: number) {
  let sent = 0;
  let cancelled = false;
  const body = {
    getReader: () => ({
      read: async () => {
        sent += chunkBytes;
        return { done: false, value: new Uint8Array(chunkBytes).fill(0x61) };
      },
      cancel: async () => {
        cancelled = true;
      },
    }),
  };
  return { body, sentBytes: () => sent, cancelled: () => cancelled };
}

/** Never settles, unless its signal is aborted. */
export function hang({ signal }: SeenRequest): Promise<FetchResponse> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  });
}
