import { type CodedErrorFields, isCodedError } from '@pubky-paykit/primitives';

/** One thing that every adapter of a port owes its user, for any test runner. */
export interface ConformanceCheck<Subject> {
  /** A sentence, good as the title of a test. */
  readonly name: string;
  /** Rejects if the check fails. @param create Makes a fresh, empty adapter, which the check closes; called once. */
  run(create: () => Subject | Promise<Subject>): Promise<void>;
}

/** @throws Error saying what should have been the case. */
export function demand(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`the adapter does not conform: ${what}`);
}

/** What a call rejects with; `undefined` if it resolves. */
export async function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** The error a call is refused with. @throws Error unless it is refused with this code. */
export async function demandRefused(
  call: Promise<unknown>,
  code: string,
  what: string,
): Promise<CodedErrorFields> {
  const error = await rejectionOf(call);
  demand(error !== undefined, `${what} is refused`);
  if (!isCodedError(error)) {
    throw new Error(`the adapter does not conform: ${what} is refused without a code`, { cause: error });
  }
  demand(error.code === code, `${what} is refused with ${code}, not ${error.code}`);
  return error;
}
