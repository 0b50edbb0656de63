import { type Clock, currentKey, type KeyKeeper, type KeyLedger } from 'pubky-paykit';

/** How many runs in an hour may come to nothing. */
const MAX_IDLE_RUNS = 4;
const IDLE_PERIOD_MS = 3_600_000;

/** What is caught up with. */
export interface CatchUpOptions {
  readonly keeper: Pick<KeyKeeper, 'status' | 'run'>;
  readonly clock: Clock;
  /** The revision of the ledger that everything was done for already. */
  readonly revision: number | undefined;
}

/** Does what another command has left to do, and what publishing makes possible. */
export interface CatchUp {
  /** Something was published, so that a key may have become the active one. */
  published(): void;
  /** Does it, if there is any of it. @throws What the keeper throws; it is done the next time then. */
  run(signal: AbortSignal): Promise<void>;
}

/** What payers notice of a ledger: to sign the same again changes nothing of it. */
function outlineOf(ledger: KeyLedger | undefined): string {
  if (ledger === undefined) return '';
  const isConfirmed = currentKey(ledger)?.publishedAtMs !== undefined;
  return [isConfirmed, ...ledger.keys.map(({ context, status }) => `${context} ${status}`)].join();
}

/**
 * Has the keeper do what is due whenever the ledger was changed by another command, or something was published: the keeper
 * itself looks within the hour only. What a run does may be published, too, and the keeper wakes itself after it: where a
 * place never takes what it is told, that would go on for ever. So runs that changed nothing for payers are counted, and
 * after some of them the hour is waited for, unless something else changes.
 */
export function createCatchUp({ keeper, clock, revision }: CatchUpOptions): CatchUp {
  let done = { revision, outline: undefined as string | undefined };
  let isPublished = false;
  let idle = { runs: 0, sinceMs: clock.now() };

  /** Whether there is another run to be had that may come to nothing. */
  function mayRun(outline: string): boolean {
    const nowMs = clock.now();
    const isOver = Math.abs(nowMs - idle.sinceMs) >= IDLE_PERIOD_MS;
    if (isOver || outline !== done.outline) idle = { runs: 0, sinceMs: nowMs };
    return idle.runs < MAX_IDLE_RUNS;
  }

  return {
    published() {
      isPublished = true;
    },
    async run(signal) {
      const { ledger: before } = await keeper.status({ signal });
      if (!isPublished && before?.revision === done.revision) return;
      const outline = outlineOf(before);
      if (!mayRun(outline)) return;
      // What is published from here on is for the next time.
      const wasPublished = isPublished;
      isPublished = false;
      try {
        const { ledger } = await keeper.run({ signal });
        done = { revision: ledger?.revision, outline: outlineOf(ledger) };
        idle.runs = done.outline === outline ? idle.runs + 1 : 0;
      } catch (error) {
        isPublished ||= wasPublished;
        throw error;
      }
    },
  };
}
