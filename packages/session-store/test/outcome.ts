import { isCodedError } from '@pubky-paykit/primitives';

/** The code a call rejects with; `undefined` if it resolves. @throws what has no code. */
export async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
}
