import type { Clock } from 'pubky-paykit';

/** How often it is looked whether another command has changed the keys: payers find what it published at once. */
const LOOK_EVERY_MS = 15_000;

/** How soon it is looked again after a look that failed, at first; each time it takes twice as long. */
const RETRY_MS = 500;

/** What is looked for. */
export interface LookOutOptions {
  readonly clock: Clock;
  /** Whether a key that was seen, 32 bytes, is worth a look now. */
  isNews(active: Uint8Array | undefined): boolean;
  /** One at a time. A look that fails is repeated. */
  look(signal: AbortSignal): Promise<void>;
  /** What a look failed with, each time; not told of one that is ended. */
  failed(error: unknown): void;
}

/** A look that is taken again and again. */
export interface LookOut {
  /** Looks soon. */
  wake(): void;
  /** Looks soon, if the key is news. */
  saw(active: Uint8Array | undefined): void;
  /** Looks no more, and waits for the end of a look that is under way, whose signal it aborts. Never rejects. */
  stop(): Promise<void>;
}

/** Looks now and every 15 s, or as soon as it is woken; sooner after a look that failed. */
export function startLookOut({ clock, isNews, look, failed }: LookOutOptions): LookOut {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | undefined;
  let isWoken = false;
  let failures = 0;
  let cancelTimer = (): void => {};

  function run(): void {
    cancelTimer();
    isWoken = false;
    running = look(signal)
      .then(
        () => {
          failures = 0;
        },
        (error: unknown) => {
          failures += 1;
          if (!signal.aborted) failed(error);
        },
      )
      .then(() => {
        running = undefined;
        const retryMs = failures === 0 ? LOOK_EVERY_MS : RETRY_MS * 2 ** (failures - 1);
        const pauseMs = isWoken ? 0 : Math.min(retryMs, LOOK_EVERY_MS);
        if (!signal.aborted) cancelTimer = clock.schedule(pauseMs, run);
      });
  }

  function wake(): void {
    if (signal.aborted) return;
    if (running === undefined) run();
    else isWoken = true;
  }

  run();
  return {
    wake,
    saw(active) {
      if (isNews(active)) wake();
    },
    async stop() {
      stopping.abort();
      cancelTimer();
      await running;
    },
  };
}
