import { type CancelSignal, type Clock, type CodedErrorFields, isCodedError } from '@pubky-paykit/primitives';
import { withDeadline } from '../deadline.ts';
import { DiscoveryError, reasonOf } from '../errors.ts';

/** In every runtime we support; the core compiles without the DOM types. */
declare const AbortController: new () => { readonly signal: CancelSignal; abort(): void };

/** What one of several gave, or why it gave nothing. */
export type Outcome<Value> =
  | { readonly kind: 'answered'; readonly relay: string; readonly value: Value }
  | { readonly kind: 'failed'; readonly relay: string; readonly error: CodedErrorFields };

/** Whom to ask, and how long. */
export interface Gathering<Asked extends { readonly name: string }, Value> {
  /** Named in errors. */
  readonly what: string;
  readonly asked: readonly Asked[];
  readonly ask: (one: Asked, signal: CancelSignal) => Promise<Value>;
  /** Whether an answer is good enough to wait for the others no longer than `patienceMs`. */
  readonly enough: (value: Value) => boolean;
  readonly patienceMs: number;
  /** For all of it: those who ask have limits of their own, which a faulty one may not keep. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: CancelSignal | undefined;
}

/**
 * Asks all at once, and collects what they give, in their order. Those who take too long are told to stop, and have
 * failed.
 *
 * @throws DISCOVERY_CANCELLED
 */
export async function gather<Asked extends { readonly name: string }, Value>(
  gathering: Gathering<Asked, Value>,
): Promise<readonly Outcome<Value>[]> {
  const { what, asked, ask, enough, patienceMs, timeoutMs, clock, signal } = gathering;
  const startedMs = clock.now();
  const stopper = new AbortController();
  const outcomes = new Map<Asked, Outcome<Value>>();
  let endWait = (): void => {};
  const waited = new Promise<void>((resolve) => {
    endWait = resolve;
  });
  const timers = [clock.schedule(timeoutMs, endWait)];
  const settle = (one: Asked, outcome: Outcome<Value>): void => {
    // Somebody may answer late although he was told to stop: a timer for that would never be taken away.
    if (stopper.signal.aborted) return;
    outcomes.set(one, outcome);
    if (outcomes.size === asked.length) endWait();
    else if (outcome.kind === 'answered' && enough(outcome.value)) {
      timers.push(clock.schedule(patienceMs, endWait));
    }
  };
  try {
    await withDeadline({ what, clock, timeoutMs: Number.POSITIVE_INFINITY, signal }, ({ race }) =>
      race(() => {
        if (asked.length === 0) endWait();
        for (const one of asked) {
          outcomeOf(one.name, () => ask(one, stopper.signal)).then((outcome) => settle(one, outcome));
        }
        return waited;
      }),
    );
  } finally {
    for (const cancel of timers) cancel();
    stopper.abort();
  }
  const afterMs = clock.now() - startedMs;
  return asked.map(
    (one) =>
      outcomes.get(one) ?? {
        kind: 'failed',
        relay: one.name,
        error: new DiscoveryError('DISCOVERY_TIMED_OUT', { what: `${what} at ${one.name}`, afterMs }),
      },
  );
}

/** What an answer, or the failure to give one, comes to; never rejects. */
async function outcomeOf<Value>(relay: string, ask: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { kind: 'answered', relay, value: await ask() };
  } catch (cause) {
    const error = isCodedError(cause)
      ? cause
      : new DiscoveryError('DISCOVERY_OFFLINE', { relay, reason: reasonOf(cause) }, { cause });
    return { kind: 'failed', relay, error };
  }
}
