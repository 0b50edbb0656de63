import type { FetchResponse } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';

/** What a refusal is judged by. */
interface Refusal {
  /** Names the request in the error. */
  readonly what: string;
  readonly response: FetchResponse;
  /** Length of what was sent. */
  readonly bytes: number;
}

type Judge = (refusal: Refusal) => HomeserverError;

const MILLISECONDS = 1000;
/** What we are willing to be told to wait: an hour. */
const RETRY_AFTER_MAXIMUM_SECONDS = 3600;

/** The statuses that say more than "refused". */
const JUDGES: Readonly<Record<number, Judge>> = {
  401: ({ what }) => new HomeserverError('HOMESERVER_UNAUTHORISED', { what }),
  403: ({ what }) => new HomeserverError('HOMESERVER_FORBIDDEN', { what }),
  413: ({ bytes }) => new HomeserverError('HOMESERVER_BODY_TOO_LARGE', { bytes }),
  429: ({ response }) =>
    new HomeserverError('HOMESERVER_RATE_LIMITED', { retryAfterMs: retryAfterMs(response) }),
  507: () => new HomeserverError('HOMESERVER_QUOTA_EXCEEDED'),
};

/** `Retry-After` in milliseconds; `undefined` if it is missing, a date, or absurd. */
function retryAfterMs(response: FetchResponse): number | undefined {
  const seconds = response.headers.get('retry-after') ?? '';
  if (!/^\d{1,4}$/.test(seconds) || Number(seconds) > RETRY_AFTER_MAXIMUM_SECONDS) return undefined;
  return Number(seconds) * MILLISECONDS;
}

/** Browsers show a redirect that is not followed as status 0. */
const isRedirect = (status: number): boolean => status === 0 || (status >= 300 && status < 400);

/** What a status that nobody expected means for the caller. */
export function statusError(refusal: Refusal): HomeserverError {
  const { status } = refusal.response;
  const judge = JUDGES[status];
  if (judge !== undefined) return judge(refusal);
  if (status >= 500) return new HomeserverError('HOMESERVER_SERVER_ERROR', { status });
  if (isRedirect(status)) {
    return new HomeserverError('HOMESERVER_BAD_ANSWER', { what: refusal.what, fault: 'redirect' });
  }
  return new HomeserverError('HOMESERVER_REFUSED', { what: refusal.what, status });
}

/** Statuses of "there is no such thing". */
export function isNotFound(status: number): boolean {
  return status === 404 || status === 410;
}
