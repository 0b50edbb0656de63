import { type Clock, type RandomSource, withDeadline } from '@pubky-paykit/primitives';
import { MAX_WAITING_BYTES } from '../constants.ts';
import { cancelled } from '../deadline.ts';
import { hasCode, SessionStoreError } from '../errors.ts';
import type { StoreCallOptions } from '../store/durable-store.ts';
import type { LevelCalls } from './level-calls.ts';
import { OnDemand } from './on-demand.ts';

/** What shared calls are made with. */
export interface SharedCallsOptions {
  /** Opens the database, once. @throws STORE_LOCKED if somebody else has it. */
  open(): Promise<LevelCalls>;
  /** The database could not be closed, and nobody knows in what state it is. */
  readonly onFailure: (because: string) => void;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Milliseconds for one call with the wait for its turn, unless it says otherwise. */
  readonly timeoutMs: number;
}

/** {@link LevelCalls}, and opening for its own sake. */
export interface SharedCalls extends LevelCalls {
  /** @throws STORE_LOCKED, and all that opening fails with. */
  open(call: StoreCallOptions): Promise<void>;
}

/** The calls of a database that other processes have in between: it is opened for them, and closed after. */
export function createSharedCalls({
  open,
  onFailure,
  clock,
  random,
  timeoutMs: usualMs,
}: SharedCallsOptions): SharedCalls {
  const database = new OnDemand<LevelCalls>({
    open,
    close: (calls) =>
      calls.close().catch((error: { code?: unknown }) => {
        onFailure(`${error.code}`);
      }),
    isTaken: (error) => hasCode(error, 'STORE_LOCKED'),
    clock,
    random,
  });
  let waitingBytes = 0;

  /** The time is for waiting and work together; while it waits, the call is over with the reason for that. */
  const inTurn = <Result>(
    what: string,
    { signal, timeoutMs = usualMs }: StoreCallOptions,
    work: (calls: LevelCalls, call: StoreCallOptions) => Promise<Result>,
  ): Promise<Result> => {
    let obstacle = (): unknown => undefined;
    const timedOut = (): Error => {
      const taken = obstacle();
      return taken instanceof Error
        ? taken
        : new SessionStoreError('STORE_TIMED_OUT', { what, afterMs: timeoutMs });
    };
    const limits = { clock, timeoutMs, signal, timedOut, cancelled: () => cancelled(what) };
    return withDeadline(limits, ({ race, signal: ended }) =>
      database.use(
        (opened, why) => {
          obstacle = why;
          return race(() => opened);
        },
        // Not raced: the call minds the signal, and only it knows whether a commit was under way.
        (calls) =>
          work(calls, { signal: ended, timeoutMs: Number.POSITIVE_INFINITY }).catch((error: unknown) =>
            // Cancelled by this deadline: then its own error says what ended it.
            hasCode(error, 'STORE_CANCELLED') ? race(() => Promise.reject(error)) : Promise.reject(error),
          ),
      ),
    );
  };

  return {
    open: (options) => inTurn('opening', options, async () => {}),
    get: (key, options) => inTurn('reading', options, (calls, call) => calls.get(key, call)),
    readPage: (range, size, options) =>
      inTurn('listing', options, (calls, call) => calls.readPage(range, size, call)),
    async commit(commit, options) {
      if (waitingBytes + commit.bytes > MAX_WAITING_BYTES) {
        throw new SessionStoreError('STORE_BUSY', { waitingBytes, maximumBytes: MAX_WAITING_BYTES });
      }
      waitingBytes += commit.bytes;
      try {
        return await inTurn('a commit', options, (calls, call) => calls.commit(commit, call));
      } finally {
        waitingBytes -= commit.bytes;
      }
    },
    close: () => database.close(),
  };
}
