import { NN as NOISE_NN } from '@pubky-paykit/noise-core';
import { attestation } from '../identity/attestation.ts';
import { admitIdentity } from '../rules/admission.ts';
import { PATTERN_BYTES } from './pattern-names.ts';
import { emptyPayload, noPayload } from './payload-steps.ts';
import type { Profile } from './profile.ts';

/**
 * No Noise keys at all; then each side attests its identity over the ephemeral keys, the server first. There is no
 * session before both attestations have verified, so nothing can be said to an unknown peer.
 *
 * An initiator that wants to stay unnamed attests with a throw-away identity.
 *
 * @see N8 §5, P8 §3.9
 */
export const NN = {
  name: 'NN',
  byte: PATTERN_BYTES.NN,
  noise: NOISE_NN,
  guarantees: {
    initiator: {
      proves: { remoteStatic: false, remoteIdentity: true },
      hides: { ownStatic: true, ownIdentity: true },
      anonymous: false,
      replayable: false,
      forwardSecret: true,
    },
    responder: {
      proves: { remoteStatic: false, remoteIdentity: true },
      // It signs first, for whoever connects and asks (P8 W-17).
      hides: { ownStatic: true, ownIdentity: false },
      anonymous: false,
      replayable: false,
      forwardSecret: true,
    },
  },
  oneWay: false,
  options: {
    initiator: { required: ['signer', 'expectedIdentity'], optional: [] },
    responder: { required: ['signer'], optional: ['allowIdentity'] },
  },
  messages: [{ carries: noPayload }, { carries: emptyPayload }],
  completion: [
    { by: 'responder', carries: attestation },
    { by: 'initiator', carries: attestation, checks: [admitIdentity] },
  ],
  confirmedBy: { initiator: 'handshake', responder: 'handshake' },
} as const satisfies Profile;
