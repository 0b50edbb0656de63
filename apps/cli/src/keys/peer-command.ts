import { zBase32 } from 'pubky-paykit';
import { withGivenHome } from '../home/next-command.ts';
import type { Peer } from './peer-argument.ts';
import { asCacheFailure, CacheFailed } from './peer-cache-failure.ts';

/** The device that commands are about where none is named. */
const DEFAULT_DEVICE = 'default';

/** The commands about somebody else that stand in a text for everybody. */
const OPEN_COMMAND = /`paykit keys decide IDENTITY\b/g;

/**
 * Puts identity and device into each `paykit keys decide IDENTITY` that a text names, so that it can be copied.
 *
 * @param peer Whom the text is about; not changed.
 */
export function withPeer(text: string, { identity, device }: Peer): string {
  const of = device === DEFAULT_DEVICE ? '' : ` --device ${device}`;
  return text.replace(OPEN_COMMAND, () => `\`paykit keys decide ${zBase32.encode(identity)}${of}`);
}

/**
 * The same, and the home that was given, in a failure of the cache of peers' keys; anything else as it is.
 *
 * @param error As it was thrown, or as {@link asCacheFailure} has left it without a home.
 */
export function asPeerFailure(error: unknown, peer: Peer, givenHome: string): unknown {
  const failure = asCacheFailure(error);
  if (!(failure instanceof CacheFailed)) return failure;
  return new CacheFailed(withGivenHome(withPeer(failure.message, peer), givenHome));
}
