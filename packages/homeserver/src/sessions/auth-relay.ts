import {
  type CancelSignal,
  type Clock,
  type Fetch,
  type FetchRequest,
  isCodedError,
  type RandomSource,
} from '@pubky-paykit/primitives';
import { linkedSignal } from '../linked-signal.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { exchange, ignoreBody } from '../storage/exchange.ts';
import { createBackoff } from '../watch/backoff.ts';
import { wait } from '../watch/wait.ts';
import { TOKEN_MAXIMUM_BYTES } from '../wire/auth-token.ts';
import { untilAborted } from './steps.ts';

/** Nonce and tag. */
const SEAL_BYTES = 40;
/**
 * After so long another question joins the one that is open: on the way to a relay, connections die without a word. It never
 * ends the older one first, because to whoever has left a relay hands a message all the same, and it is lost.
 */
const RELIEF_MS = 60_000;
/** A question that was open for so long has waited: whatever ended it, the next one follows at once. */
const LONG_WAIT_MS = 5000;
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

/** One question, open until the relay answers or the signal says so. @returns Nothing if there is nothing yet. */
function ask(parts: RelayParts, url: string, signal: CancelSignal): Promise<Uint8Array | undefined> {
  return exchange<Uint8Array | undefined>({
    what: 'sign-in link',
    to: RELAY,
    clock: parts.clock,
    options: untilAborted(signal),
    send: (ended) => parts.fetch(url, { ...PLAIN, method: 'GET', signal: ended }),
    accept: (_, body) => body(TOKEN_MAXIMUM_BYTES + SEAL_BYTES),
    missing: () => undefined,
    isMissing: isEmpty,
  });
}

/** What a question came to. */
type Outcome = { readonly message: Uint8Array } | { readonly error: unknown } | 'empty';

/** A question that has been asked. */
interface Question {
  readonly askedMs: number;
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** Settles only if there is a message. */
  readonly delivery: Promise<Outcome>;
  end(): void;
}

function startQuestion(parts: RelayParts, url: string, signal: CancelSignal): Question {
  const own = linkedSignal(signal);
  const outcome = ask(parts, url, own.signal).then(
    (message): Outcome => (message === undefined || message.length === 0 ? 'empty' : { message }),
    (error): Outcome => ({ error }),
  );
  const delivery = new Promise<Outcome>((resolve) => {
    outcome.then((settled) => {
      if (settled !== 'empty' && 'message' in settled) resolve(settled);
    });
  });
  return { askedMs: parts.clock.now(), outcome, delivery, end: own.abort };
}

/** The first outcome that counts, or nothing if it is time for another question. */
async function firstOutcome(
  { clock }: RelayParts,
  newest: Question,
  older: Question | undefined,
): Promise<Outcome | undefined> {
  const counting = linkedSignal(undefined);
  const relief = wait(clock, RELIEF_MS, counting.signal).then(() => undefined);
  try {
    return await Promise.race([newest.outcome, ...(older === undefined ? [] : [older.delivery]), relief]);
  } finally {
    counting.abort();
  }
}

/**
 * Waits until somebody puts something into a channel. Ends with the signal only. There is always a question open, so that
 * nothing is posted while nobody asks.
 *
 * @throws HOMESERVER_OFFLINE and other retryable codes after several failures in a row; others at once.
 */
export async function receiveFromRelay(
  parts: RelayParts,
  url: string,
  signal: CancelSignal,
): Promise<Uint8Array> {
  const { clock, random } = parts;
  const pause = createBackoff(MINIMUM_PAUSE_MS, MAXIMUM_PAUSE_MS, random);
  let failures = 0;
  let older: Question | undefined;
  let newest = startQuestion(parts, url, signal);
  try {
    for (;;) {
      const outcome = await firstOutcome(parts, newest, older);
      if (outcome === undefined) {
        older?.end();
        older = newest;
      } else if (outcome !== 'empty' && 'message' in outcome) {
        return outcome.message;
      } else {
        newest.end();
        const waited = clock.now() - newest.askedMs >= LONG_WAIT_MS;
        failures = outcome === 'empty' || waited ? 0 : failures + 1;
        if (outcome !== 'empty') {
          const passing = isCodedError(outcome.error) && outcome.error.retryable;
          if (!passing || failures >= FAILURES_IN_A_ROW) throw outcome.error;
        }
        if (waited) pause.reset();
        else await wait(clock, pause.next(), signal);
      }
      newest = startQuestion(parts, url, signal);
    }
  } finally {
    older?.end();
    newest.end();
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
