import {
  type CancelSignal,
  type Clock,
  equalBytes,
  type Logger,
  systemClock,
} from '@pubky-paykit/primitives';
import { parseAmount } from './amount.ts';
import { MAX_AGE_SECONDS, MAX_FUTURE_SECONDS } from './constants.ts';
import { PaykitError } from './errors.ts';
import type { MethodLookup } from './ports.ts';
import type { PaykitReceipt } from './receipt.ts';
import type { RefusalCode } from './refusals.ts';

/** What a payee holds a request against, whoever sent it. */
export interface RequestRules {
  /** Our own Ed25519 public key, 32 bytes. */
  readonly self: Uint8Array;
  readonly methods: MethodLookup;
  readonly clock?: Clock | undefined;
  /** For everything until the decision is made and stored; default 20 000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: CancelSignal | undefined;
  /** Whether a request must name an amount; default false, as 0.8 leaves it open. */
  readonly amountRequired?: boolean | undefined;
  /** How far ahead of our clock a request may be, inclusive; default 300. */
  readonly maxFutureSeconds?: number | undefined;
  /** How old a request may be, inclusive; default 86 400; `Infinity` for any age. */
  readonly maxAgeSeconds?: number | undefined;
  readonly logger?: Logger | undefined;
}

interface TermCheck {
  readonly reason: RefusalCode;
  passes(receipt: PaykitReceipt, rules: RequestRules): boolean | Promise<boolean>;
}

/** What is asked for, in the order of the checks. */
const TERM_CHECKS: readonly TermCheck[] = [
  {
    reason: 'UNKNOWN_METHOD',
    passes: ({ methodId }, { methods }) => lookingUp('methods', () => methods.has(methodId)),
  },
  {
    reason: 'BAD_AMOUNT',
    passes: ({ amount }, { amountRequired = false }) =>
      amount === undefined ? !amountRequired : parseAmount(amount) !== undefined,
  },
  { reason: 'BAD_TIME', passes: isRecent },
];

/** Asks the application. @throws PAYKIT_LOOKUP_FAILED with the cause, if it throws. */
export async function lookingUp<Result>(
  what: 'methods' | 'payer',
  ask: () => Promise<Result> | Result,
): Promise<Result> {
  try {
    return await ask();
  } catch (cause) {
    throw new PaykitError('PAYKIT_LOOKUP_FAILED', { what }, { cause });
  }
}

function isRecent({ createdAt }: PaykitReceipt, rules: RequestRules): boolean {
  const {
    clock = systemClock,
    maxFutureSeconds = MAX_FUTURE_SECONDS,
    maxAgeSeconds = MAX_AGE_SECONDS,
  } = rules;
  const ageSeconds = Math.floor(clock.now() / 1000) - createdAt;
  return -ageSeconds <= maxFutureSeconds && ageSeconds <= maxAgeSeconds;
}

/** Whether the request names us as the payee (W-18). */
export function isForUs({ payee }: PaykitReceipt, { self }: RequestRules): boolean {
  return equalBytes(payee, self);
}

/**
 * Why the terms are refused, or `undefined` if they are good: the method published, the amount positive, the time near.
 *
 * @throws PAYKIT_LOOKUP_FAILED
 */
export async function wrongTerm(
  receipt: PaykitReceipt,
  rules: RequestRules,
): Promise<RefusalCode | undefined> {
  for (const { reason, passes } of TERM_CHECKS) {
    if (!(await passes(receipt, rules))) return reason;
  }
  return undefined;
}
