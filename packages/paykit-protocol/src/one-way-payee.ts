import { silentLogger, systemClock } from '@pubky-paykit/primitives';
import { ANSWER_TIMEOUT_MS } from './constants.ts';
import { type Deadline, withDeadline } from './deadline.ts';
import { asPaykitError, PaykitError } from './errors.ts';
import type { RequestReceipt } from './messages.ts';
import type { ReceiptStore } from './ports.ts';
import { type PaykitReceipt, receiptEquals } from './receipt.ts';
import { receiptKeyText } from './receipt-key.ts';
import type { RefusalCode } from './refusals.ts';
import { isForUs, type RequestRules, wrongTerm } from './request-checks.ts';
import { logRefusal, requestFields } from './request-log.ts';
import { storing } from './storing.ts';
import { turnsOf } from './turns.ts';

/** How a payee notes requests it cannot answer. */
export interface NoteOptions extends RequestRules {
  /**
   * Where requests are noted: a store of their own, **never** that of confirmed receipts, for anyone can write into it
   * in anyone's name. Bound it, and serve it from one process; what is older than `maxAgeSeconds` may be dropped, a copy
   * of it is refused as stale.
   */
  readonly requests: ReceiptStore;
}

/** Somebody asks; no payment is confirmed, and nobody is told that it was noted. */
export interface NotedRequest {
  /**
   * `repeated` if it had been noted before: a replay, or sent twice (P8 W-58). Do nothing for it a second time.
   */
  readonly outcome: 'noted' | 'repeated';
  /** The request as it came: provisional, and its payer is anyone's claim. Show it as unverified. */
  readonly receipt: PaykitReceipt;
  /** Always false: whoever sent it has proven nothing (P8 W-06). */
  readonly payerVerified: false;
}

/** Nothing is noted, and nobody is told. */
export interface RefusedNote {
  readonly outcome: 'refused';
  readonly reason: RefusalCode;
  /** What went wrong inside, for `UNAVAILABLE`. */
  readonly cause?: PaykitError | undefined;
}

/** What a payee makes of a request that came one way. */
export type RequestNote = NotedRequest | RefusedNote;

function noted(request: PaykitReceipt, stored: PaykitReceipt, repeated: boolean): RequestNote {
  // Compared in full: unlike a confirmation, nothing may have been added to a request.
  if (!receiptEquals(request, stored)) return { outcome: 'refused', reason: 'DUPLICATE_ID' };
  return { outcome: repeated ? 'repeated' : 'noted', receipt: stored, payerVerified: false };
}

async function decide(
  request: PaykitReceipt,
  options: NoteOptions,
  deadline: Deadline,
): Promise<RequestNote> {
  const { requests } = options;
  if (!isForUs(request, options)) return { outcome: 'refused', reason: 'WRONG_PAYEE' };
  // Of a copy too: a stale one is refused even if the store has forgotten the first (W-58).
  const reason = await deadline.race(() => wrongTerm(request, options));
  if (reason !== undefined) return { outcome: 'refused', reason };
  // Of two copies that come at once, one is new. A turn that is given up passes on: nobody is told of its outcome.
  return deadline.race((signal) =>
    turnsOf(requests).take(receiptKeyText(request), signal, async () => {
      const stored = await storing(() => requests.get(request));
      if (stored !== undefined) return noted(request, stored, true);
      // Nobody waits any more: what is stored now would come as a repeat the next time, and never as new.
      if (signal.aborted) throw new PaykitError('PAYKIT_CANCELLED', { what: 'noting the request' });
      return noted(request, await storing(() => requests.keep(request)), false);
    }),
  );
}

/**
 * Notes a request that came over a session which proves no payer and takes no answer, such as one of pattern N. The
 * payee must be us, the method published, the amount positive and the time near; a copy of a noted request is reported as
 * `repeated`, the same id with other terms is refused. Confirms nothing and makes no receipt.
 *
 * If storing fails or takes too long, the request may be stored all the same; a copy may then be reported as `repeated`.
 *
 * @param message Borrowed until this settles.
 * @throws PAYKIT_CANCELLED if `signal` is aborted; nothing else.
 * @see P8 §3.8, §13.3
 */
export async function noteRequest(message: RequestReceipt, options: NoteOptions): Promise<RequestNote> {
  const { clock = systemClock, timeoutMs = ANSWER_TIMEOUT_MS, signal, logger = silentLogger } = options;
  const request = message.provisionalReceipt;
  let note: RequestNote;
  try {
    const wait = { what: 'noting the request', clock, timeoutMs, signal };
    note = await withDeadline(wait, (deadline) => decide(request, options, deadline));
  } catch (error) {
    const cause = asPaykitError(error);
    if (cause.code === 'PAYKIT_CANCELLED') throw cause;
    note = { outcome: 'refused', reason: 'UNAVAILABLE', cause };
  }
  const fields = requestFields(request);
  if (note.outcome === 'refused') logRefusal(logger, 'one-way request refused', fields, note);
  else logger.info(`one-way request ${note.outcome}`, { ...fields, payerVerified: false });
  return note;
}
