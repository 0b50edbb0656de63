import type { Fetch, FetchRequest } from '@pubky-paykit/primitives';

/** What `fetch-cookie` leaves on the functions it makes. */
const MARKS = ['cookieJar', 'toughCookie'] as const;

interface HeadersLike {
  append?: (name: string, value: string) => void;
}

interface Platform {
  readonly fetch: Fetch;
  readonly Headers: new (init: Readonly<Record<string, string>>) => HeadersLike;
}

const platform = globalThis as unknown as Platform;

/** Whether a `fetch` adds the cookies of a jar to every request, like the one that the official SDK makes global in Node. */
function hasJar(fetch: Fetch): boolean {
  return typeof fetch === 'function' && MARKS.some((mark) => mark in fetch);
}

/** Headers to which a jar adds nothing: it calls `append` of those that have one, and overwrites others. */
function shielded<Headers extends HeadersLike>(headers: Headers): Headers {
  return Object.defineProperty(headers, 'append', { value: () => {} });
}

/** The same request, out of reach of a jar. From the SDK a request object comes in place of its address. */
function withoutJar(fetch: Fetch, url: string, request: FetchRequest = {}): ReturnType<Fetch> {
  const { headers } = url as unknown as { readonly headers?: HeadersLike };
  if (headers !== undefined) {
    shielded(headers);
    return fetch(url, request);
  }
  const own: unknown = shielded(new platform.Headers(request.headers ?? {}));
  return fetch(url, { ...request, headers: own as Readonly<Record<string, string>> });
}

/**
 * The platform's `fetch` as it is at the time of each call, but without the cookies of others: once an app imports the official
 * SDK, the `fetch` of its process overwrites every `Cookie` header with what the SDK's jar has for the host, and a session of
 * ours would be taken for another one. The `fetch` from before is used then, if there is one.
 *
 * @param atStart What was global when this was loaded.
 */
export function platformFetchSince(atStart: Fetch): Fetch {
  return (url, request) => {
    const { fetch } = platform;
    if (!hasJar(fetch)) return fetch(url, request);
    return hasJar(atStart) ? withoutJar(fetch, url, request) : atStart(url, request);
  };
}

/** {@link platformFetchSince} the start. */
export const platformFetch: Fetch = /* @__PURE__ */ platformFetchSince(platform.fetch);
