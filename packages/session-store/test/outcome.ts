import { isCodedError } from '@pubky-paykit/primitives';

/** What a call rejects with; `undefined` if it resolves. */
export function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** The code a call rejects with; `undefined` if it resolves. @throws what has no code. */
export async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  const error = await rejectionOf(call);
  if (error === undefined) return undefined;
  if (isCodedError(error)) return error.code;
  throw error;
}

/** The code a call throws; `undefined` if it returns. @throws what has no code. */
export function codeThrown(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
  return undefined;
}
