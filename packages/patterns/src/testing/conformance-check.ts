/** One thing that every adapter of a port owes its user, for any test runner. */
export interface ConformanceCheck<Subject> {
  /** A sentence, good as the title of a test. */
  readonly name: string;
  /** Rejects if the check fails. @param create Makes a fresh, empty adapter; called once. */
  run(create: () => Subject | Promise<Subject>): Promise<void>;
}

/** @throws Error saying what should have been the case. */
export function demand(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`the adapter does not conform: ${what}`);
}
