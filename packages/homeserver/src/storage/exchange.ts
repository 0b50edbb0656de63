import {
  type Clock,
  type Deadline,
  type FetchResponse,
  isCodedError,
  PrimitivesError,
  readBody,
} from '@pubky-paykit/primitives';
import { withDeadline } from '../deadline.ts';
import { HomeserverError } from '../errors.ts';
import { bareCause } from './bare-cause.ts';
import type { CallOptions } from './call-options.ts';
import { isNotFound, statusError } from './statuses.ts';

/** Milliseconds for one call unless it says otherwise. */
export const CALL_TIMEOUT_MS = 30_000;
/** What is read of a body that nobody looks at. */
const IGNORED_MAXIMUM_BYTES = 4096;

/** One request and what to do with its answer. */
export interface Exchange<Answer> {
  /** Names the request in errors. */
  readonly what: string;
  /** Names the other side in errors; the homeserver if left out. */
  readonly to?: string;
  /** Length of the body that is sent. */
  readonly bytes?: number;
  readonly clock: Clock;
  readonly options: CallOptions | undefined;
  readonly send: (signal: Deadline['signal']) => Promise<FetchResponse>;
  /** For statuses 200 to 299. */
  readonly accept: (response: FetchResponse, body: BodyReader) => Promise<Answer> | Answer;
  /** For "there is no such thing"; refused like any other status if left out. */
  readonly missing?: () => Answer;
  /** Which statuses say so; 404 and 410 if left out. */
  readonly isMissing?: (status: number) => boolean;
  /** May name another error for a status; `undefined` for the usual one. */
  readonly refuse?: (response: FetchResponse) => HomeserverError | undefined;
}

/** Reads the body of the answer, up to a length (inclusive). */
export type BodyReader = (maximumBytes: number) => Promise<Uint8Array>;

/** What is not coded was thrown by a connection. */
export function offline(error: unknown, to: string): unknown {
  return isCodedError(error)
    ? error
    : new HomeserverError('HOMESERVER_OFFLINE', { what: to }, { cause: bareCause(error) });
}

/**
 * Sends a request and judges the answer, all under one deadline.
 *
 * @throws HOMESERVER_OFFLINE, HOMESERVER_TIMED_OUT, HOMESERVER_CANCELLED, HOMESERVER_ANSWER_TOO_LARGE, and what the status says.
 */
export function exchange<Answer>(request: Exchange<Answer>): Promise<Answer> {
  const { what, to = 'homeserver', clock, options, bytes = 0 } = request;
  const limits = { what, clock, timeoutMs: options?.timeoutMs ?? CALL_TIMEOUT_MS, signal: options?.signal };
  return withDeadline(limits, async ({ race }) => {
    try {
      const response = await race(request.send);
      const body: BodyReader = (maximumBytes) => race(() => readBounded(response, what, maximumBytes));
      if (response.status >= 200 && response.status < 300) return await request.accept(response, body);
      await ignoreBody(body);
      const { missing, isMissing = isNotFound } = request;
      if (missing !== undefined && isMissing(response.status)) return missing();
      throw request.refuse?.(response) ?? statusError({ what, response, bytes });
    } catch (error) {
      throw offline(error, to);
    }
  });
}

async function readBounded(response: FetchResponse, what: string, maximumBytes: number): Promise<Uint8Array> {
  try {
    return await readBody(response, maximumBytes);
  } catch (error) {
    if (!(error instanceof PrimitivesError)) throw error;
    throw new HomeserverError('HOMESERVER_ANSWER_TOO_LARGE', { what, maximumBytes });
  }
}

/** Reads what nobody looks at, so that the connection can be used again; a body that is too long is left. */
export async function ignoreBody(body: BodyReader): Promise<void> {
  try {
    await body(IGNORED_MAXIMUM_BYTES);
  } catch (error) {
    if (!(error instanceof HomeserverError) || error.code !== 'HOMESERVER_ANSWER_TOO_LARGE') throw error;
  }
}
