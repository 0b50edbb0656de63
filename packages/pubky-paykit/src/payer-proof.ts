import { type LookUpNoiseKeys, resolveIdentity, type SessionFacts } from '@pubky-paykit/patterns';
import type { PayerVerdict, VerifyPayer } from '@pubky-paykit/paykit-protocol';
import { isCodedError } from '@pubky-paykit/primitives';

/** What the failures of `resolveIdentity` say about a payer; any other one says nothing and is passed on. */
const VERDICTS: Readonly<Record<string, PayerVerdict>> = {
  PATTERNS_IDENTITY_MISMATCH: 'mismatch',
  PATTERNS_IDENTITY_UNRESOLVED: 'unverified',
};

/**
 * Who the payer of a session is, for the `peer` option of `answerRequest` and `serveChannel`: the identity the handshake
 * has proven (IK, NN), or the question whether the payer that a request names has published the Noise key that was
 * proven (IK-raw, XX; P8 W-05, W-16). Without a look-up the answer to that is always "unverified", and no payment is
 * confirmed.
 */
export function payerOf(session: SessionFacts, lookUpNoiseKeys?: LookUpNoiseKeys): Uint8Array | VerifyPayer {
  const { remoteIdentity } = session;
  if (remoteIdentity !== undefined) return remoteIdentity;
  return async (claimed, { signal }) => {
    if (lookUpNoiseKeys === undefined || session.remoteStatic === undefined) return 'unverified';
    try {
      await resolveIdentity(session, claimed, lookUpNoiseKeys, { signal });
      return 'verified';
    } catch (error) {
      const verdict = isCodedError(error) ? VERDICTS[error.code] : undefined;
      if (verdict === undefined) throw error;
      return verdict;
    }
  };
}
