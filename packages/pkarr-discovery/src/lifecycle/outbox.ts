import { MAX_OUTBOX_PUBLICATIONS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { Publication } from '../publications/publication.ts';

/**
 * What may go without being handed over, first of all what stood under the id of the device for a moment only; then the
 * revocations of former keys, oldest first: the ledger has them, and the keeper says them again once the outbox is empty.
 */
function dispensable(
  waiting: readonly Publication[],
  newer: readonly Publication[],
  device: string,
): readonly Publication[] {
  const revocations = waiting.filter(({ kind }) => kind === 'revocation');
  const isFollowed = newer.some((each) => each.device === device);
  const passing = revocations.filter((each) => each.device === device && isFollowed);
  return [...passing, ...revocations.filter((each) => each.device !== device)];
}

/**
 * What is to be handed over after what is signed now: what was still waiting before it, as the queue would keep it. As long as
 * the queue is full that may be more and more, and what is new must not fail for it: a revocation is among it.
 *
 * @param device Whose outbox it is.
 * @throws DISCOVERY_QUEUE_FULL if there is no room for what is new.
 */
export function outboxAfter(
  outbox: readonly Publication[],
  newer: readonly Publication[],
  device: string,
): readonly Publication[] {
  const isReplaced = (each: Publication): boolean => newer.some(({ device: under }) => under === each.device);
  const waiting = outbox.filter((each) => each.kind === 'revocation' || !isReplaced(each));
  const excess = Math.max(0, waiting.length + newer.length - MAX_OUTBOX_PUBLICATIONS);
  const dropped = new Set(dispensable(waiting, newer, device).slice(0, excess));
  if (dropped.size === excess) return [...waiting.filter((each) => !dropped.has(each)), ...newer];
  const maximum = MAX_OUTBOX_PUBLICATIONS;
  throw new DiscoveryError('DISCOVERY_QUEUE_FULL', { queued: waiting.length, maximum });
}
