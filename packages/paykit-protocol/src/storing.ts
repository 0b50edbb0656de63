import { PaykitError } from './errors.ts';

/** Gives whatever a store throws our code. @throws PAYKIT_STORE_FAILED with the store's error as its cause. */
export async function storing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new PaykitError('PAYKIT_STORE_FAILED', {}, { cause });
  }
}
