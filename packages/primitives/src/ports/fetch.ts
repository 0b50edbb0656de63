import type { PlatformSignal } from './cancel-signal.ts';

/** The part of a `fetch` request that packages use. */
export interface FetchRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Borrowed until the response has come. */
  readonly body?: Uint8Array;
  readonly signal?: PlatformSignal;
  readonly redirect?: 'error' | 'follow' | 'manual';
  readonly credentials?: 'include' | 'omit' | 'same-origin';
  readonly cache?: 'default' | 'no-store';
}

/** The chunks of a body, as a stream reader gives them. */
export interface FetchBodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  /** Tells the sender to stop. */
  cancel(): Promise<void>;
}

/** The part of a `fetch` response that packages use. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: {
    get(name: string): string | null;
    /** Missing on React Native, and of no use in browsers. */
    getSetCookie?(): string[];
  };
  /** Missing on React Native, where bodies come whole; `null` where there is none. */
  readonly body?: { getReader(): FetchBodyReader } | null;
  arrayBuffer(): Promise<ArrayBufferLike>;
}

/**
 * HTTP requests. Every platform's `fetch` fits; naming only the part that is used keeps the core free of the types of
 * browsers and of Node.
 */
export type Fetch = (url: string, request?: FetchRequest) => Promise<FetchResponse>;

declare const fetch: Fetch;

/** The platform's `fetch`, as it is at the time of each call. */
export const systemFetch: Fetch = (url, request) => fetch(url, request);
