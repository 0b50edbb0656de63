import { type CancelSignal, silentLogger, systemClock } from '@pubky-paykit/primitives';
import { ANSWER_TIMEOUT_MS } from './constants.ts';
import { type Deadline, withDeadline } from './deadline.ts';
import { asPaykitError, PaykitError } from './errors.ts';
import type { ConfirmReceipt, ErrorMessage, RequestReceipt } from './messages.ts';
import { type Negotiation, type NegotiationObserver, startNegotiation } from './negotiation.ts';
import { type VerifyPayer, wrongPayer } from './payer-verification.ts';
import type { ReceiptGenerator, ReceiptStore } from './ports.ts';
import { confirmationDifference, copyReceipt, type PaykitReceipt } from './receipt.ts';
import { type RefusalCode, refusalMessage } from './refusals.ts';
import { isForUs, type RequestRules, wrongTerm } from './request-checks.ts';
import { logRefusal, requestFields } from './request-log.ts';
import { storing } from './storing.ts';

/** How a payee answers. */
export interface AnswerOptions extends RequestRules {
  /**
   * Who is at the other end: the Ed25519 public key that the session has authenticated, 32 bytes, never the one the peer
   * claims (IK, NN); or, for a session that proves a Noise key only, how to find out (IK-raw, XX). Nothing is looked up in
   * the store, generated or confirmed before the payer is proven (P8 W-05, W-16).
   */
  readonly peer: Uint8Array | VerifyPayer;
  readonly generateReceipt: ReceiptGenerator;
  readonly store: ReceiptStore;
  readonly observer?: NegotiationObserver | undefined;
}

/** The receipt is stored; `reply` is still to be sent. */
export interface ConfirmedAnswer {
  readonly outcome: 'confirmed';
  readonly receipt: PaykitReceipt;
  /** True if it had been confirmed before. */
  readonly repeated: boolean;
  readonly reply: ConfirmReceipt;
}

/** Nothing new is stored; `reply` tells the payer why, in a word. */
export interface RefusedAnswer {
  readonly outcome: 'refused';
  readonly reason: RefusalCode;
  readonly reply: ErrorMessage;
  /** What went wrong inside, for `UNAVAILABLE`; never sent. */
  readonly cause?: PaykitError | undefined;
}

/** What a payee makes of a request. */
export type RequestAnswer = ConfirmedAnswer | RefusedAnswer;

/** What the application made of a copy of the request, as far as the payer would accept it. */
async function generate(
  request: PaykitReceipt,
  generator: ReceiptGenerator,
  signal: CancelSignal,
): Promise<PaykitReceipt | undefined> {
  try {
    const generated = await generator(copyReceipt(request), { signal });
    if (generated === undefined) return undefined;
    const receipt = copyReceipt(generated);
    const field = confirmationDifference(request, receipt);
    if (field !== undefined) throw new PaykitError('PAYKIT_CONFIRMATION_MISMATCH', { field });
    return receipt;
  } catch (cause) {
    throw new PaykitError('PAYKIT_GENERATOR_FAILED', {}, { cause });
  }
}

type Decision =
  | { readonly reason: RefusalCode }
  | { readonly receipt: PaykitReceipt; readonly repeated: boolean };

async function decide(
  request: PaykitReceipt,
  options: AnswerOptions,
  negotiation: Negotiation<'payee'>,
  deadline: Deadline,
): Promise<Decision> {
  const { peer, store, generateReceipt } = options;
  // Who speaks to whom comes before all else, also for a repeat: nobody else is shown what the store holds (W-05, W-18).
  if (!isForUs(request, options)) return { reason: 'WRONG_PAYEE' };
  const refusedPayer = await deadline.race((signal) => wrongPayer(request.payer, peer, signal));
  if (refusedPayer !== undefined) return { reason: refusedPayer };

  const stored = await deadline.race(() => storing(() => store.get(request)));
  if (stored !== undefined) {
    if (confirmationDifference(request, stored) !== undefined) return { reason: 'DUPLICATE_ID' };
    negotiation.apply('repeat');
    return { receipt: stored, repeated: true };
  }
  // A repeat skips these: it was checked when it was new, and methods and clocks move on.
  const refusedTerm = await deadline.race(() => wrongTerm(request, options));
  if (refusedTerm !== undefined) return { reason: refusedTerm };

  negotiation.apply('pass');
  const generated = await deadline.race((signal) => generate(request, generateReceipt, signal));
  if (generated === undefined) return { reason: 'DECLINED' };

  negotiation.apply('generate');
  const receipt = await deadline.race(() => storing(() => store.keep(generated)));
  // The same request may have been answered over another session meanwhile; then what was stored first counts.
  if (confirmationDifference(request, receipt) !== undefined) return { reason: 'DUPLICATE_ID' };
  negotiation.apply('store');
  return { receipt, repeated: false };
}

function refused(reason: RefusalCode, cause?: PaykitError): RefusedAnswer {
  return { outcome: 'refused', reason, reply: refusalMessage(reason), cause };
}

/**
 * Decides on a payer's request: the payee must be us, the payer proven by the session or verified now (W-05, W-18), the
 * method published, the amount positive, the time near; then the application makes the final receipt, and it is stored
 * before it is returned. The caller sends `reply`, in every case.
 *
 * A repeat of a confirmed request gets the same confirmation again; the same id with other terms is refused. Failures
 * inside are answered `UNAVAILABLE` (W-21), with the reason in `cause` and not on the wire.
 *
 * @param message Borrowed until this settles.
 * @throws PAYKIT_CANCELLED if `signal` is aborted; nothing else.
 * @see P8 §2.6, §3.7, §13.3
 */
export async function answerRequest(message: RequestReceipt, options: AnswerOptions): Promise<RequestAnswer> {
  const { clock = systemClock, timeoutMs = ANSWER_TIMEOUT_MS, signal } = options;
  const request = message.provisionalReceipt;
  const negotiation = startNegotiation('payee', options.observer);
  negotiation.apply('request');
  let answer: RequestAnswer;
  try {
    const wait = { what: 'the answer', clock, timeoutMs, signal };
    const decision = await withDeadline(wait, (deadline) => decide(request, options, negotiation, deadline));
    if ('reason' in decision) {
      negotiation.apply('refuse');
      answer = refused(decision.reason);
    } else {
      const { receipt, repeated } = decision;
      answer = { outcome: 'confirmed', receipt, repeated, reply: { type: 'ConfirmReceipt', receipt } };
    }
  } catch (error) {
    const cause = asPaykitError(error);
    negotiation.apply('fail');
    if (cause.code === 'PAYKIT_CANCELLED') throw cause;
    answer = refused('UNAVAILABLE', cause);
  }
  report(answer, request, options);
  return answer;
}

function report(answer: RequestAnswer, request: PaykitReceipt, options: AnswerOptions): void {
  const { logger = silentLogger, peer } = options;
  if (answer.outcome === 'confirmed') {
    // Proven either way, or it would not be confirmed.
    logger.info('payment request confirmed', {
      ...requestFields(request, request.payer),
      repeated: answer.repeated,
    });
  } else {
    const proven = typeof peer === 'function' ? undefined : peer;
    logRefusal(logger, 'payment request refused', requestFields(request, proven), answer);
  }
}
