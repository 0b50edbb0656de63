import { equalBytes } from '@pubky-paykit/primitives';
import { KEY_BYTES } from './constants.ts';
import { PatternsError } from './errors.ts';
import { requireLength } from './lengths.ts';
import { keyPrefix } from './redaction.ts';
import type { SessionFacts } from './session.ts';
import { markVerified, type VerifiedIdentity } from './verified-identity.ts';

/**
 * Finds the Noise keys (32 bytes each) that an identity (32 bytes, a copy) has published for its devices. Only keys from
 * verified, fresh and unrevoked records may be among them; discovery plugs in here. None is an empty list.
 */
export type LookUpNoiseKeys = (
  identity: Uint8Array,
) => Promise<readonly Uint8Array[]> | readonly Uint8Array[];

/**
 * Finds out whether a peer that has proven a Noise key is the identity it claims to be: in IK-raw and XX, where the
 * handshake proves no identity. Confirm nothing before this has succeeded (P8 W-05).
 *
 * @param session With `remoteStatic` proven by its handshake.
 * @param claimed 32 bytes, such as the payer a request names; borrowed.
 * @throws PATTERNS_IDENTITY_MISMATCH if the proven key is none of the identity's keys.
 * @throws PATTERNS_IDENTITY_UNRESOLVED if the identity has published none.
 * @throws PATTERNS_LOOKUP_FAILED with the cause, if the look-up failed.
 * @throws PATTERNS_KEY_LENGTH
 * @throws TypeError for a session that proves no key, such as one of N.
 * @see P8 §3.7, §13.3
 */
export async function resolveIdentity(
  session: Pick<SessionFacts, 'remoteStatic' | 'pattern' | 'role'>,
  claimed: Uint8Array,
  lookUpNoiseKeys: LookUpNoiseKeys,
): Promise<VerifiedIdentity> {
  const { remoteStatic, pattern } = session;
  if (remoteStatic === undefined || pattern === 'N') throw new TypeError(`${pattern} proves no Noise key`);
  requireLength('claimed identity', claimed, KEY_BYTES);
  const identity = claimed.slice();
  let keys: readonly Uint8Array[];
  try {
    keys = await lookUpNoiseKeys(identity.slice());
  } catch (cause) {
    throw new PatternsError('PATTERNS_LOOKUP_FAILED', {}, { cause });
  }
  if (keys.length === 0) {
    throw new PatternsError('PATTERNS_IDENTITY_UNRESOLVED', { claimed: keyPrefix(identity) });
  }
  if (!keys.some((key) => equalBytes(key, remoteStatic))) {
    throw new PatternsError('PATTERNS_IDENTITY_MISMATCH', {
      claimed: keyPrefix(identity),
      presented: keyPrefix(remoteStatic),
    });
  }
  return markVerified(identity, remoteStatic);
}
