/** What has been started, and how to end it. */
export interface Teardown {
  /** @param end must not reject because of what came before it. */
  add(end: () => Promise<void> | void): void;
  /** Ends everything, the last first; one that fails does not keep the others from it. Again waits for the same end. */
  run(): Promise<void>;
}

/** @param onError hears of every end that failed. */
export function createTeardown(onError: (error: unknown) => void): Teardown {
  const ends: (() => Promise<void> | void)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
      try {
        await end();
      } catch (error) {
        onError(error);
      }
    }
  };
  return {
    add(end) {
      ends.push(end);
    },
    run() {
      running ??= runAll();
      return running;
    },
  };
}
