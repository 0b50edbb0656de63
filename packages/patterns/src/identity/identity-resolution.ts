import { type CancelSignal, equalBytes } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import { keyPrefix } from '../redaction.ts';
import type { SessionFacts } from '../sessions/session.ts';
import { markVerified, type VerifiedIdentity } from './verified-identity.ts';

/**
 * Finds the Noise keys (32 bytes each) that an identity (32 bytes, a copy) has published for its devices. Only keys from
 * verified, fresh and unrevoked records may be among them; discovery plugs in here. None is an empty list.
 *
 * @param options.signal Aborted once nobody waits for the answer any more.
 */
export type LookUpNoiseKeys = (
  identity: Uint8Array,
  options: { readonly signal?: CancelSignal | undefined },
) => Promise<readonly Uint8Array[]> | readonly Uint8Array[];

/** What the look-up found, each key of the right length. A damaged answer proves neither a match nor a mismatch. */
async function keysOf(
  identity: Uint8Array,
  lookUpNoiseKeys: LookUpNoiseKeys,
  signal: CancelSignal | undefined,
): Promise<readonly Uint8Array[]> {
  try {
    const keys = await lookUpNoiseKeys(identity, { signal });
    if (!Array.isArray(keys)) throw new TypeError('the look-up gave no list of keys');
    for (const key of keys) requireLength('key that was looked up', key, KEY_BYTES);
    return keys;
  } catch (cause) {
    throw new PatternsError('PATTERNS_LOOKUP_FAILED', {}, { cause });
  }
}

/**
 * Finds out whether a peer that has proven a Noise key is the identity it claims to be: in IK-raw and XX, where the
 * handshake proves no identity. Confirm nothing before this has succeeded (P8 W-05).
 *
 * @param session With `remoteStatic` proven by its handshake.
 * @param claimed 32 bytes, such as the payer a request names; borrowed.
 * @param options.signal Handed to the look-up, which should end when it is aborted.
 * @throws PATTERNS_IDENTITY_MISMATCH if the proven key is none of the identity's keys.
 * @throws PATTERNS_IDENTITY_UNRESOLVED if the identity has published none.
 * @throws PATTERNS_LOOKUP_FAILED with the cause, if the look-up failed or gave anything else than a list of keys.
 * @throws PATTERNS_KEY_LENGTH
 * @throws TypeError for a session that proves no key, such as one of N.
 * @see P8 §3.7, §13.3
 */
export async function resolveIdentity(
  session: Pick<SessionFacts, 'remoteStatic' | 'pattern' | 'role'>,
  claimed: Uint8Array,
  lookUpNoiseKeys: LookUpNoiseKeys,
  options: { readonly signal?: CancelSignal | undefined } = {},
): Promise<VerifiedIdentity> {
  const { remoteStatic, pattern } = session;
  if (remoteStatic === undefined || pattern === 'N') throw new TypeError(`${pattern} proves no Noise key`);
  requireLength('claimed identity', claimed, KEY_BYTES);
  requireLength('remote static key', remoteStatic, KEY_BYTES);
  // Copied before the wait, and not by `slice`: that of a Node `Buffer` shares the memory.
  const [identity, noiseKey] = [Uint8Array.from(claimed), Uint8Array.from(remoteStatic)];
  const keys = await keysOf(identity.slice(), lookUpNoiseKeys, options.signal);
  if (keys.length === 0) {
    throw new PatternsError('PATTERNS_IDENTITY_UNRESOLVED', { claimed: keyPrefix(identity) });
  }
  if (!keys.some((key) => equalBytes(key, noiseKey))) {
    throw new PatternsError('PATTERNS_IDENTITY_MISMATCH', {
      claimed: keyPrefix(identity),
      presented: keyPrefix(noiseKey),
    });
  }
  return markVerified(identity, noiseKey);
}
