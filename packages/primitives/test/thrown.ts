import { isCodedError } from '../src/index.ts';

/** What `work` throws; fails if it does not throw. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The code of the error `work` throws; anything else it throws is passed on. */
export function codeOf(work: () => unknown): string {
  const error = thrownBy(work);
  if (isCodedError(error)) return error.code;
  throw error;
}
