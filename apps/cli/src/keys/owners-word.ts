import { homeFiles } from '../home/home-files.ts';
import type { Home } from '../home/open-home.ts';
import { readSmallFile } from '../home/private-files.ts';
import { isUnpublished } from '../home/published-devices.ts';

/** What a home can say of a device without a ledger, for `keeper.publish`. */
export interface OwnersWord {
  readonly takeOver: boolean;
  readonly isNew: boolean;
}

/** Whether nobody else can have published for this identity: it was made here, and its seed never left. */
async function isSoleHolder({ folder, origin }: Home): Promise<boolean> {
  return origin === 'created' && (await readSmallFile(homeFiles(folder).exported, 0)) === undefined;
}

/**
 * What may be said of a device in the name of its owner. Where nobody but this home can have published, what cannot be looked
 * up does not matter: a device that it never published is new, and one whose ledger is lost must not get a key again that may
 * have been revoked. An identity that is held elsewhere, too, has to be looked up.
 */
export async function ownersWord(home: Home, device: string): Promise<OwnersWord> {
  if (!(await isSoleHolder(home))) return { takeOver: false, isNew: false };
  const isNew = await isUnpublished(home.folder, device);
  return { takeOver: !isNew, isNew };
}

/** How many contexts of a device are tried where its ledger is lost: the first ones. */
const TRIED_CONTEXTS = 64;

/** Whether a key is not found again by its seed alone, which takes the ledger in the home: its context was drawn. */
export function needsLedger({ context }: { readonly context: string }): boolean {
  return Number(/#([0-9]+)$/.exec(context)?.[1] ?? 0) >= TRIED_CONTEXTS;
}
