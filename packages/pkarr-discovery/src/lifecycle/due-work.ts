import type { CancelSignal, RandomSource } from '@pubky-paykit/primitives';
import { fraction } from '../background/retry-delay.ts';
import { KEEPER_POLL_MS } from '../constants.ts';
import type { KeyLedger } from './key-ledger.ts';
import type { KeyOperations } from './key-operations.ts';
import type { KeyPolicy } from './key-policy.ts';
import { type DueAction, dueKeyActions } from './key-schedule.ts';

/** More than can be due at once: every former key, every revocation, and one of each other action. */
const MAX_ACTIONS_PER_RUN = 80;

/** What is done when something is due. */
export interface DueWork {
  readonly operations: Pick<KeyOperations, 'settle' | 'perform' | 'restate'>;
  readonly policy: KeyPolicy;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** The same for what is the same thing to do. */
function nameOf({ action, context = '' }: DueAction): string {
  return `${action} ${context}`;
}

/**
 * Does all that is due to the keys of a device. What cannot be done keeps nothing else from being done: whoever cannot get
 * at the next key still signs the record of this one again, or nobody would take it after 30 days. At last it is said again
 * what some target was not told.
 *
 * @throws What the first thing failed with, after everything else; at once what settling failed with, or after a cancellation.
 */
export async function doDueWork(
  { operations, policy, now }: DueWork,
  signal: CancelSignal,
): Promise<KeyLedger | undefined> {
  const failed: { readonly name: string; readonly error: unknown }[] = [];
  const isLeft = (due: DueAction): boolean => !failed.some(({ name }) => name === nameOf(due));
  let ledger = await operations.settle(signal);
  for (let actions = 0; actions < MAX_ACTIONS_PER_RUN; actions++) {
    const next = dueKeyActions(ledger, policy, now()).find(isLeft);
    if (next === undefined) break;
    try {
      ledger = await operations.perform(ledger, next, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      failed.push({ name: nameOf(next), error });
      // It may have been written down before it failed.
      ledger = await operations.settle(signal);
    }
  }
  try {
    ledger = ledger && (await operations.restate(ledger, signal));
  } catch (error) {
    if (signal.aborted) throw error;
    failed.push({ name: 'restate', error });
  }
  const [first] = failed;
  if (first !== undefined) throw first.error;
  return ledger;
}

/**
 * When to look at the ledger again, in Unix milliseconds: when something is due, and every hour at least. The queue may have
 * published what is waited for, and another process may have changed the ledger. Somewhat spread, so that many keepers do
 * not ask their stores all at once.
 */
export function lookAgainMs(next: DueAction | undefined, nowMs: number, random: RandomSource): number {
  const pollMs = nowMs + Math.ceil(KEEPER_POLL_MS * (1 - fraction(random) / 2));
  return Math.min(pollMs, next?.dueMs ?? pollMs);
}
