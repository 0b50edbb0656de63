import type { CancelSignal, Clock, IdentitySigner } from '@pubky-paykit/primitives';
import { UPDATE_TIMEOUT_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import type { DeriveNoiseKey } from './derivation-context.ts';

/** How those who hold the secrets are asked: for as long as an answer is wanted, and at most 2 minutes for each. */
export interface Asking {
  readonly clock: Clock;
  readonly signal: CancelSignal;
}

/**
 * A signer that is not waited for any longer than somebody wants the signature: it may be a person who never answers. What
 * comes too late is not used.
 *
 * @throws From `sign` also DISCOVERY_TIMED_OUT, DISCOVERY_CANCELLED.
 */
export function askedSigner(signer: IdentitySigner, { clock, signal }: Asking): IdentitySigner {
  const limits = { what: 'waiting for the signer', clock, timeoutMs: UPDATE_TIMEOUT_MS, signal };
  return {
    publicKey: signer.publicKey,
    sign: (message) => withDeadline(limits, ({ race }) => race(() => signer.sign(message))),
  };
}

/** The same for whoever derives keys. @throws Also DISCOVERY_TIMED_OUT, DISCOVERY_CANCELLED. */
export function askedDerive(derive: DeriveNoiseKey, { clock, signal }: Asking): DeriveNoiseKey {
  const limits = { what: 'deriving a Noise key', clock, timeoutMs: UPDATE_TIMEOUT_MS, signal };
  return (context) => withDeadline(limits, ({ race }) => race(() => derive(context)));
}
