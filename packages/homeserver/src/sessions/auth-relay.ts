import {
  type CancelSignal,
  type Clock,
  type Fetch,
  type FetchRequest,
  isCodedError,
  type RandomSource,
} from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { exchange, ignoreBody } from '../storage/exchange.ts';
import { createBackoff } from '../watch/backoff.ts';
import { wait } from '../watch/wait.ts';
import { TOKEN_MAXIMUM_BYTES } from '../wire/auth-token.ts';

/** Nonce and tag. */
const SEAL_BYTES = 40;
/** How long one question is kept open; relays answer when there is something, or give up themselves. */
const LONG_POLL_MS = 60_000;
const MINIMUM_PAUSE_MS = 200;
const MAXIMUM_PAUSE_MS = 2000;
/** So many failures one after the other are told, not waited out. */
const FAILURES_IN_A_ROW = 5;
const RELAY = 'auth relay';

/** What talking to a relay needs. */
export interface RelayParts {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** A relay sees neither cookies nor who asks, and cannot send us elsewhere. */
const PLAIN = { redirect: 'manual', credentials: 'omit', cache: 'no-store' } as const satisfies FetchRequest;

/** Statuses of a relay where nobody has come yet. */
const isEmpty = (status: number): boolean => status === 404 || status === 408 || status === 504;

/** One question. @returns Nothing if there is nothing yet. */
function ask(parts: RelayParts, url: string, options: CallOptions): Promise<Uint8Array | undefined> {
  return exchange<Uint8Array | undefined>({
    what: 'sign-in link',
    to: RELAY,
    clock: parts.clock,
    options,
    send: (signal) => parts.fetch(url, { ...PLAIN, method: 'GET', signal }),
    accept: (_, body) => body(TOKEN_MAXIMUM_BYTES + SEAL_BYTES),
    missing: () => undefined,
    isMissing: isEmpty,
  });
}

/**
 * Waits until somebody puts something into a channel. Ends with the signal only.
 *
 * @throws HOMESERVER_OFFLINE and other retryable codes after several failures in a row; others at once.
 */
export async function receiveFromRelay(
  parts: RelayParts,
  url: string,
  signal: CancelSignal,
): Promise<Uint8Array> {
  const pause = createBackoff(MINIMUM_PAUSE_MS, MAXIMUM_PAUSE_MS, parts.random);
  let failures = 0;
  for (;;) {
    try {
      const received = await ask(parts, url, { signal, timeoutMs: LONG_POLL_MS });
      if (received !== undefined && received.length > 0) return received;
      failures = 0;
    } catch (error) {
      const passing = isCodedError(error) && error.retryable;
      const silent = error instanceof HomeserverError && error.code === 'HOMESERVER_TIMED_OUT';
      failures = silent ? 0 : failures + 1;
      if (!passing || failures >= FAILURES_IN_A_ROW) throw error;
    }
    await wait(parts.clock, pause.next(), signal);
  }
}

/** Puts something into a channel. @param sealed Borrowed. @throws HOMESERVER_OFFLINE, HOMESERVER_REFUSED, … */
export function sendToRelay(
  parts: RelayParts,
  url: string,
  sealed: Uint8Array,
  options: CallOptions | undefined,
): Promise<void> {
  return exchange<void>({
    what: 'approval',
    to: RELAY,
    bytes: sealed.length,
    clock: parts.clock,
    options,
    send: (signal) => parts.fetch(url, { ...PLAIN, method: 'POST', body: sealed, signal }),
    accept: (_, body) => ignoreBody(body),
  });
}
