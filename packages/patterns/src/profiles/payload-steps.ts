import { PatternsError } from '../errors.ts';
import { identityBinding, verifyIdentity } from '../identity/identity-binding.ts';
import { decodeIdentityPayload, encodeIdentityPayload } from '../identity/identity-payload.ts';
import { signChecked } from '../identity/signing.ts';
import type { PayloadStep } from './profile.ts';

/** The sender binds its Noise key to its identity, and the receiver checks that. N8 §1.4–1.7 */
export const identityClaim: PayloadStep = {
  async write({ prologue, ownStatic, remoteStatic, signer, padIdentity }) {
    if (signer === undefined || ownStatic === undefined || remoteStatic === undefined) {
      throw new TypeError('the signer or a static key is missing');
    }
    const identity = Uint8Array.from(signer.publicKey);
    const binding = identityBinding({
      tag: 'IK',
      prologue,
      identity,
      noiseKey: ownStatic,
      remoteNoiseKey: remoteStatic,
      role: 'client',
    });
    const signature = await signChecked(signer, identity, binding);
    return encodeIdentityPayload(
      { identity, noiseKey: ownStatic, role: 'Client', signature },
      { pad: padIdentity },
    );
  },
  async read(payload, { prologue, ownStatic, remoteStatic }) {
    if (ownStatic === undefined || remoteStatic === undefined) {
      throw new TypeError('the pattern proves no static key');
    }
    const claim = decodeIdentityPayload(payload);
    return verifyIdentity(claim, { provenStatic: remoteStatic, ownStatic, prologue });
  },
};

async function writeNothing(): Promise<Uint8Array> {
  return new Uint8Array(0);
}

/** Nothing is sent; what arrives is ignored, as every 0.8 reader does (N8 §1.2). */
export const emptyPayload: PayloadStep = {
  write: writeNothing,
  read: async () => undefined,
};

/**
 * Nothing is sent, and nothing may arrive. First messages whose profile carries no payload are read so: an IK message
 * whose negotiation byte was changed on the way would lose its identity otherwise (N8 W-10, W-45, P8 W-13).
 */
export const noPayload: PayloadStep = {
  write: writeNothing,
  async read(payload) {
    if (payload.length === 0) return undefined;
    throw new PatternsError('PATTERNS_PAYLOAD_UNEXPECTED', { bytes: payload.length });
  },
};
