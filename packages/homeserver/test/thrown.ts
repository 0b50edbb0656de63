import { isCodedError } from '@pubky-paykit/primitives';

/** The code of what `work` throws; anything uncoded is passed on. */
export function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The coded error that `work` rejects with; anything uncoded is passed on. */
export async function rejectionOf(work: Promise<unknown>) {
  try {
    await work;
  } catch (error) {
    if (isCodedError(error)) return error;
    throw error;
  }
  throw new Error('nothing was rejected');
}

/** The code of what `work` rejects with. */
export async function rejectedCodeOf(work: Promise<unknown>): Promise<string> {
  return (await rejectionOf(work)).code;
}

/** Code and fault, where a code has one. */
export function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return `${error.code} ${(error.context as { fault?: string }).fault}`;
  }
  throw new Error('nothing was thrown');
}

/** True if `work` returns or throws a coded error of this package; anything else it throws is passed on. */
export function givesValueOrCode(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (isCodedError(error) && error.code.startsWith('HOMESERVER_')) return true;
    throw error;
  }
}
