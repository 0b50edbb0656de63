import process from 'node:process';

/** Conventional statuses of a program that a signal ended: 128 and the signal's number. */
const SIGNAL_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
/** Likewise for SIGPIPE: whoever read our output has gone. */
const BROKEN_PIPE_STATUS = 141;

/** As one Ctrl-C comes from the terminal, from npm and from the runner of a clone. */
const ONE_SIGNAL_MS = 1_000;

/**
 * Takes what comes right after a signal for the same one, so that it cannot cut off the cleaning up; a later one ends the
 * process as ever.
 */
function overhearRepeats(): void {
  const overhear = (): void => {};
  const signals = Object.keys(SIGNAL_STATUS);
  for (const signal of signals) process.on(signal, overhear);
  setTimeout(() => {
    for (const signal of signals) process.off(signal, overhear);
  }, ONE_SIGNAL_MS).unref();
}

/** The work was interrupted from outside; the status to end with. It is no error to report. */
export class Interruption extends Error {
  readonly status: number;

  constructor(status: number) {
    super('interrupted');
    this.status = status;
  }
}

/**
 * Runs `work`, and gives it up when the process is told to end or nobody reads its output any more, so that the caller's
 * `finally` still runs.
 *
 * @throws Interruption
 */
export async function interruptible<Result>(work: () => Promise<Result>): Promise<Result> {
  const undo: (() => void)[] = [];
  const interrupted = new Promise<never>((_, reject) => {
    for (const [signal, status] of Object.entries(SIGNAL_STATUS)) {
      const onSignal = (): void => {
        overhearRepeats();
        reject(new Interruption(status));
      };
      process.once(signal, onSignal);
      undo.push(() => process.off(signal, onSignal));
    }
    // Stays attached: the last lines may still be on their way when the work is over.
    process.stdout.once('error', () => reject(new Interruption(BROKEN_PIPE_STATUS)));
  });
  try {
    return await Promise.race([work(), interrupted]);
  } finally {
    for (const remove of undo) remove();
  }
}

/** How long work that was told to end may take for it: locks, files, a session. */
const CLEAN_UP_MS = 5_000;

/**
 * Runs work that ends early when its signal is aborted: then it is waited for, so that it can clean up, and what it came to
 * does not matter any more.
 *
 * @throws Interruption
 */
export async function cancellable<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  let working: Promise<Result> | undefined;
  try {
    return await interruptible(() => {
      working = work(controller.signal);
      return working;
    });
  } catch (error) {
    if (!(error instanceof Interruption) || working === undefined) throw error;
    controller.abort(error);
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLEAN_UP_MS);
    });
    const over = working.then(
      () => {},
      () => {},
    );
    await Promise.race([over, tooLong]);
    clearTimeout(timer);
    throw error;
  }
}

/** A signal for work that goes on until somebody ends it, which is no failure. `release` gives the process its defaults back. */
export function untilInterrupted(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  const names = Object.keys(SIGNAL_STATUS) as (keyof typeof SIGNAL_STATUS)[];
  const onSignal = (): void => {
    if (!controller.signal.aborted) overhearRepeats();
    end();
  };
  for (const name of names) process.once(name, onSignal);
  // Stays attached, as above.
  process.stdout.once('error', end);
  return {
    signal: controller.signal,
    release() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
