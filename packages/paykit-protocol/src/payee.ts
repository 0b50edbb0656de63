import {
  type CancelSignal,
  type Clock,
  equalBytes,
  hex,
  isCodedError,
  type Logger,
  silentLogger,
  systemClock,
} from '@pubky-paykit/primitives';
import { parseAmount } from './amount.ts';
import { ANSWER_TIMEOUT_MS, MAX_AGE_SECONDS, MAX_FUTURE_SECONDS, SHOWN_CODE_MAX_CHARS } from './constants.ts';
import { type Deadline, withDeadline } from './deadline.ts';
import { PaykitError } from './errors.ts';
import type { ConfirmReceipt, ErrorMessage, RequestReceipt } from './messages.ts';
import { type Negotiation, type NegotiationObserver, startNegotiation } from './negotiation.ts';
import { shownCode } from './peer-text.ts';
import type { MethodLookup, ReceiptGenerator, ReceiptStore } from './ports.ts';
import { confirmationDifference, copyReceipt, type PaykitReceipt } from './receipt.ts';
import { type RefusalCode, refusalMessage } from './refusals.ts';
import { storing } from './storing.ts';

/** Bytes of a public key that a log line shows. */
const SHOWN_KEY_BYTES = 8;

/** How a payee answers. */
export interface AnswerOptions {
  /** Our own Ed25519 public key, 32 bytes. */
  readonly self: Uint8Array;
  /** The Ed25519 public key that the session has authenticated, 32 bytes; not the one the peer claims. */
  readonly peer: Uint8Array;
  readonly methods: MethodLookup;
  readonly generateReceipt: ReceiptGenerator;
  readonly store: ReceiptStore;
  readonly clock?: Clock | undefined;
  /** For everything until the answer is ready; default 20 000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: CancelSignal | undefined;
  /** Whether a request must name an amount; default false, as 0.8 leaves it open. */
  readonly amountRequired?: boolean | undefined;
  /** How far ahead of our clock a request may be, inclusive; default 300. */
  readonly maxFutureSeconds?: number | undefined;
  /** How old a request may be, inclusive; default 86 400; `Infinity` for any age. */
  readonly maxAgeSeconds?: number | undefined;
  readonly logger?: Logger | undefined;
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

interface Check {
  readonly reason: RefusalCode;
  passes(receipt: PaykitReceipt, options: AnswerOptions): boolean | Promise<boolean>;
}

/** Before anything is looked up: who speaks to whom (W-18). */
const PARTY_CHECKS: readonly Check[] = [
  { reason: 'WRONG_PAYEE', passes: ({ payee }, { self }) => equalBytes(payee, self) },
  { reason: 'WRONG_PAYER', passes: ({ payer }, { peer }) => equalBytes(payer, peer) },
];

/** What is asked for. A repeat skips these: it was checked when it was new, and methods and clocks move on. */
const TERM_CHECKS: readonly Check[] = [
  { reason: 'UNKNOWN_METHOD', passes: ({ methodId }, { methods }) => hasMethod(methods, methodId) },
  {
    reason: 'BAD_AMOUNT',
    passes: ({ amount }, { amountRequired = false }) =>
      amount === undefined ? !amountRequired : parseAmount(amount) !== undefined,
  },
  { reason: 'BAD_TIME', passes: isRecent },
];

async function hasMethod(methods: MethodLookup, methodId: string): Promise<boolean> {
  try {
    return await methods.has(methodId);
  } catch (cause) {
    throw new PaykitError('PAYKIT_LOOKUP_FAILED', {}, { cause });
  }
}

function isRecent({ createdAt }: PaykitReceipt, options: AnswerOptions): boolean {
  const {
    clock = systemClock,
    maxFutureSeconds = MAX_FUTURE_SECONDS,
    maxAgeSeconds = MAX_AGE_SECONDS,
  } = options;
  const ageSeconds = Math.floor(clock.now() / 1000) - createdAt;
  return -ageSeconds <= maxFutureSeconds && ageSeconds <= maxAgeSeconds;
}

async function failedCheck(
  checks: readonly Check[],
  receipt: PaykitReceipt,
  options: AnswerOptions,
): Promise<RefusalCode | undefined> {
  for (const check of checks) {
    if (!(await check.passes(receipt, options))) return check.reason;
  }
  return undefined;
}

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
  const { store, generateReceipt } = options;
  const wrongParty = await failedCheck(PARTY_CHECKS, request, options);
  if (wrongParty !== undefined) return { reason: wrongParty };

  const stored = await deadline.race(() => storing(() => store.get(request)));
  if (stored !== undefined) {
    if (confirmationDifference(request, stored) !== undefined) return { reason: 'DUPLICATE_ID' };
    negotiation.apply('repeat');
    return { receipt: stored, repeated: true };
  }
  const wrongTerm = await deadline.race(() => failedCheck(TERM_CHECKS, request, options));
  if (wrongTerm !== undefined) return { reason: wrongTerm };

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

/** Everything that can be thrown below the deadline has a code of ours; the rest is a mistake in this package. */
function asPaykitError(error: unknown): PaykitError {
  if (error instanceof PaykitError) return error;
  throw error;
}

/**
 * Decides on a payer's request: both parties must be the session's (W-18), the method published, the amount positive,
 * the time near; then the application makes the final receipt, and it is stored before it is returned. The caller sends
 * `reply`, in every case.
 *
 * A repeat of a confirmed request gets the same confirmation again; the same id with other terms is refused. Failures
 * inside are answered `UNAVAILABLE` (W-21), with the reason in `cause` and not on the wire.
 *
 * @throws PAYKIT_CANCELLED if `signal` is aborted; nothing else.
 * @see P8 §2.6, §13.3
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
  const fields = {
    peer: hex.encode(peer.subarray(0, SHOWN_KEY_BYTES)),
    receiptId: shownCode(request.receiptId, SHOWN_CODE_MAX_CHARS),
  };
  if (answer.outcome === 'confirmed') {
    logger.info('payment request confirmed', { ...fields, repeated: answer.repeated });
  } else {
    logger.warn('payment request refused', {
      ...fields,
      reason: answer.reason,
      cause: answer.cause?.code,
      because: innerCode(answer.cause),
    });
  }
}

/** What the application's own part failed with: a code says enough, its text may say too much. */
function innerCode(error: PaykitError | undefined): string | undefined {
  const inner = error?.cause;
  if (isCodedError(inner)) return inner.code;
  return inner instanceof Error ? inner.name : undefined;
}
