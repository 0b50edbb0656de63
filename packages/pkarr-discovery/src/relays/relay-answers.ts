import type { FetchResponse } from '@pubky-paykit/primitives';
import { MAX_RETRY_AFTER_MS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';

/** What is known about an answer that is none. */
interface Answer {
  readonly relay: string;
  readonly response: FetchResponse;
  readonly nowMs: number;
  /** Bytes that were sent. */
  readonly length: number;
}

const FIRST_SERVER_ERROR = 500;

const conflict = ({ relay, response: { status } }: Answer): Error =>
  new DiscoveryError('DISCOVERY_CONFLICT', { relay, status });

/** What a status of a relay means; others are a refusal, or a failure from 500 on. @see official-noise §4.2 */
const MEANINGS: ReadonlyMap<number, (answer: Answer) => Error> = new Map([
  [409, conflict],
  [412, conflict],
  [413, ({ relay, length }) => new DiscoveryError('DISCOVERY_RELAY_TOO_SMALL', { relay, length })],
  [428, conflict],
  [
    429,
    ({ relay, response, nowMs }) => {
      const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), nowMs);
      return new DiscoveryError('DISCOVERY_RATE_LIMITED', { relay, retryAfterMs });
    },
  ],
]);

/** The error an answer stands for. */
export function errorOf(answer: Answer): Error {
  const {
    relay,
    response: { status },
  } = answer;
  const meaning = MEANINGS.get(status);
  if (meaning !== undefined) return meaning(answer);
  const code = status >= FIRST_SERVER_ERROR ? 'DISCOVERY_RELAY_UNAVAILABLE' : 'DISCOVERY_RELAY_REFUSED';
  return new DiscoveryError(code, { relay, status });
}

/**
 * Milliseconds to wait, from 0 to an hour; undefined where nothing is said, or nothing that can be read.
 *
 * @param text Seconds, or a date.
 * @see RFC 9110 §10.2.3
 */
export function readRetryAfter(text: string | null, nowMs: number): number | undefined {
  if (text === null) return undefined;
  // Engines make dates of nearly everything; of these they make the same.
  const date = text.endsWith(' GMT') ? Date.parse(text) : Number.NaN;
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : date - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}
