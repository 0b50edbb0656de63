import { PatternsError } from './errors.ts';
import { identityBinding, type VerifiedIdentity, verifyIdentity } from './identity-binding.ts';
import { decodeIdentityPayload, encodeIdentityPayload } from './identity-payload.ts';
import type { IdentitySigner } from './identity-signer.ts';
import type { AllowIdentity, PayloadStep } from './profile.ts';
import { verifyStrictly } from './strict-ed25519.ts';

/** The sender binds its Noise key to its identity; the receiver checks that, and then its own allow list. N8 §1.4–1.7 */
export const identityClaim: PayloadStep = {
  async write({ prologue, ownStatic, remoteStatic, signer, padIdentity }) {
    if (signer === undefined || remoteStatic === undefined) throw new TypeError('the signer is missing');
    const identity = signer.publicKey.slice();
    const binding = identityBinding({
      tag: 'IK',
      prologue,
      identity,
      noiseKey: ownStatic,
      remoteNoiseKey: remoteStatic,
      role: 'client',
    });
    const signature = await sign(signer, identity, binding);
    return encodeIdentityPayload(
      { identity, noiseKey: ownStatic, role: 'Client', signature },
      { pad: padIdentity },
    );
  },
  async read(payload, { prologue, ownStatic, remoteStatic, allowIdentity }) {
    if (remoteStatic === undefined) throw new TypeError('the pattern proves no static key');
    const claim = decodeIdentityPayload(payload);
    const identity = verifyIdentity(claim, { provenStatic: remoteStatic, ownStatic, prologue });
    if (allowIdentity !== undefined) await requireAllowed(identity, allowIdentity);
    return identity;
  },
};

/** Nothing is sent; what arrives is ignored, as every 0.8 reader does (N8 §1.2). */
export const emptyPayload: PayloadStep = {
  write: async () => new Uint8Array(0),
  read: async () => undefined,
};

async function sign(signer: IdentitySigner, identity: Uint8Array, binding: Uint8Array): Promise<Uint8Array> {
  let signature: Uint8Array;
  try {
    signature = await signer.sign(binding.slice());
  } catch (cause) {
    if (cause instanceof PatternsError) throw cause;
    throw new PatternsError('PATTERNS_SIGNER_FAILED', {}, { cause });
  }
  // A remote signer may hold another key than it says, and a faulty signature can give a key away: nothing unchecked leaves.
  if (!(signature instanceof Uint8Array) || !verifyStrictly(signature, binding, identity)) {
    throw new PatternsError('PATTERNS_SIGNER_WRONG');
  }
  return signature;
}

async function requireAllowed(identity: VerifiedIdentity, allowIdentity: AllowIdentity): Promise<void> {
  let answer: boolean;
  try {
    answer = await allowIdentity(identity);
  } catch (cause) {
    throw new PatternsError('PATTERNS_ALLOW_FAILED', {}, { cause });
  }
  if (answer !== true) throw new PatternsError('PATTERNS_IDENTITY_REFUSED');
}
