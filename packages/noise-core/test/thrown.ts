import { NoiseError } from '../src/index.ts';

/** What `work` throws; fails if it does not throw. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The error of this package that `work` throws; anything else it throws is passed on. */
export function noiseErrorOf(work: () => unknown): NoiseError {
  const error = thrownBy(work);
  if (error instanceof NoiseError) return error;
  throw error;
}

/** The code of the error of this package that `work` throws. */
export function codeOf(work: () => unknown): string {
  return noiseErrorOf(work).code;
}
