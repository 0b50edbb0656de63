/** Lets everything happen that only waits for its turn. */
export function soon(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
