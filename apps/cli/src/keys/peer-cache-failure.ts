import { isCodedError } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import { withGivenHome } from '../home/next-command.ts';

/** What libraries advise in terms of their calls, in terms of the command line. */
const ADVICE = {
  DISCOVERY_CACHED_KEY_DAMAGED:
    'What is kept of this device is damaged, so that no key of it is used. Restore a backup of the home, or run `paykit keys decide IDENTITY --forget-history`: older and revoked keys of the device are not known any more then.',
  DISCOVERY_CACHED_KEY_NEWER:
    'What is kept of this device was written by a newer version of this program. Upgrade paykit.',
  DISCOVERY_KEY_REVOKED:
    'The owner has revoked that key, so that it is never taken. `paykit keys decide IDENTITY --forget` drops both keys, and makes room for a new one.',
} as const;

/** What is kept of a device is of no use, and why; the message names commands that look into the home. */
export class CacheFailed extends CommandFailed {}

/** Why what is kept of a device cannot be read. */
export type CacheDamage = Exclude<keyof typeof ADVICE, 'DISCOVERY_KEY_REVOKED'>;

/** Whether what is kept of a device cannot be read, so that nothing but forgetting its history gets over it. */
export function isUnreadable(error: unknown): error is { readonly code: CacheDamage } {
  return isCodedError(error) && /^DISCOVERY_CACHED_KEY_/.test(error.code) && error.code in ADVICE;
}

/** Whether the store itself cannot read what is kept of a device, as the disk has changed it. */
export function isRotten(error: unknown): boolean {
  return isCodedError(error) && error.code === 'STORE_CORRUPTED';
}

/** What gets over an entry that the disk has changed: nothing of it can be read, so that nothing of it is taken. */
function forgetting(identity: string | undefined, device: string | undefined): string {
  return `Restore a backup of the home, or run \`paykit keys decide ${identity} --device ${device} --forget-history\``;
}

/** Of such an entry in the cache of peers' keys, the identity and the device. */
const ROTTEN_ENTRY = /^the entry under peer-keys\/([^/]+)\/([^/]+)$/;

/** The advice for what is rotten in the cache; nothing for anything else in the store. */
function rottenAdvice(error: { readonly context: object }): string | undefined {
  const { what } = error.context as { readonly what?: unknown };
  const [, identity, device] = ROTTEN_ENTRY.exec(String(what)) ?? [];
  if (identity === undefined) return undefined;
  return `What is kept of this device has changed on the disk, so that no key of it is used. ${forgetting(identity, device)}: older and revoked keys of the device are not known any more then.`;
}

/**
 * What listing the cache ended in after all that can be read was shown, for people; anything else as it is.
 *
 * @param givenHome What commands that it names repeat.
 */
export function asListingFailure(error: unknown, givenHome: string): unknown {
  if (!isCodedError(error) || error.code !== 'STORE_LIST_INCOMPLETE') return error;
  const { key, count } = error.context as { readonly key: string; readonly count: number };
  const [identity, device] = key.split('/');
  const advice = `Devices of which nothing can be read, so that no key of them is used: ${count}; all others are shown. ${forgetting(identity, device)} for the first one: older and revoked keys of the device are not known any more then.`;
  return new CommandFailed(`${error.code}: ${withGivenHome(advice, givenHome)}`);
}

/**
 * What the cache of peers' keys threw, for people; anything else as it is.
 *
 * @param givenHome What commands that it names repeat; whoever adds it later leaves it out.
 */
export function asCacheFailure(error: unknown, givenHome = ''): unknown {
  if (!isCodedError(error)) return error;
  const isListed = Object.hasOwn(ADVICE, error.code);
  const listed = isListed ? ADVICE[error.code as keyof typeof ADVICE] : undefined;
  const advice = isRotten(error) ? rottenAdvice(error) : listed;
  if (advice === undefined) return error;
  return new CacheFailed(`${error.code}: ${withGivenHome(advice, givenHome)}`);
}
