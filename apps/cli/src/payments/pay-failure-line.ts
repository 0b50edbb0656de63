import { isCodedError } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import { endingOf } from '../ending.ts';
import { HomeFailed } from '../home/home-errors.ts';
import { asNetworkFailure } from '../home/network-advice.ts';
import { CacheFailed } from '../keys/peer-cache-failure.ts';
import type { PayOptions } from './pay-options.ts';
import { PaymentFailed, withCallAdvice } from './payment-failure.ts';

/** A mistake of ours may have anything in its message and its stack: those stay on the standard error. */
const UNEXPECTED = 'An error that nobody expected; the standard error shows it.';

const isOfSystem = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

/** What programs tell failures apart by: a word, or the code of an error. */
function problemOf(thrown: unknown): string {
  if (thrown instanceof PaymentFailed) return thrown.problem;
  // Such as `wrong-passphrase`.
  if (thrown instanceof HomeFailed) return thrown.problem.replaceAll(' ', '-');
  if (thrown instanceof CacheFailed) return 'cache-unusable';
  if (thrown instanceof CommandFailed) return 'command-failed';
  if (isCodedError(thrown)) return thrown.code;
  return isOfSystem(thrown) ? 'system' : 'unexpected';
}

/**
 * What a payment failed with, for people.
 *
 * @param thrown Anything that `paykit pay` came to.
 */
export function payFailure(
  thrown: unknown,
  { settings, payee: identity, device }: Pick<PayOptions, 'settings' | 'payee' | 'device'>,
): unknown {
  return asNetworkFailure(withCallAdvice(thrown, settings, { identity, device }), settings);
}

/**
 * The same as one line of JSON, for programs: whatever a payment fails with after its arguments were read.
 *
 * @param thrown As it was thrown. @param failure What {@link payFailure} made of it.
 */
export function failureLine(thrown: unknown, failure: unknown): string {
  const problem = problemOf(thrown);
  const message = problem === 'unexpected' ? UNEXPECTED : endingOf(failure).text.trimEnd();
  return `${JSON.stringify({ outcome: 'failed', problem, message })}\n`;
}
