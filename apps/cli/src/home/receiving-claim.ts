import { isCodedError } from 'pubky-paykit';
import { openLevelStore } from 'pubky-paykit/node';
import { asUnusable, HomeFailed } from './home-errors.ts';
import { homeFiles } from './home-files.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Claims a home for one `paykit receive`, while other commands use it, too. The claim is the lock of a store that nothing is
 * put into: the system takes it back however the process ends, which no file with a number of a process does.
 *
 * @param folder Of a home that is open.
 * @returns Gives the claim back. Never rejects.
 * @throws HomeFailed: `receiving`, `claim unusable`. @throws SessionStoreError
 */
export async function claimReceiving(
  folder: string,
  { clock, signal }: Pick<Surroundings, 'clock' | 'signal'>,
): Promise<() => Promise<void>> {
  const location = homeFiles(folder).receiving;
  try {
    const claim = await openLevelStore({ location, clock, signal });
    return () => claim.close().catch(() => {});
  } catch (error) {
    if (isCodedError(error) && error.code === 'STORE_LOCKED') throw new HomeFailed('receiving', folder);
    throw asUnusable(error, 'claim unusable', location);
  }
}
