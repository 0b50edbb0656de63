import { IK as NOISE_IK } from '@pubky-paykit/noise-core';
import { admitIdentity } from '../rules/admission.ts';
import { refuseReplay } from '../rules/replay-cache.ts';
import { PATTERN_BYTES } from './pattern-names.ts';
import { emptyPayload, identityClaim } from './payload-steps.ts';
import type { Profile } from './profile.ts';

/**
 * Both keys known beforehand or proven, the initiator's identity signed into the first message: for peers whose
 * identity key is at hand ("hot").
 *
 * The initiator learns that its peer holds the Noise key it dialled; that this key belongs to an identity has to come
 * from a signed record (W-11).
 *
 * @see N8 §1.4–1.7
 */
export const IK = {
  name: 'IK',
  byte: PATTERN_BYTES.IK,
  noise: NOISE_IK,
  guarantees: {
    initiator: {
      proves: { remoteStatic: true, remoteIdentity: false },
      hides: { ownStatic: true, ownIdentity: true },
      anonymous: false,
      replayable: false,
      forwardSecret: true,
    },
    responder: {
      proves: { remoteStatic: true, remoteIdentity: true },
      hides: { ownStatic: true, ownIdentity: true },
      anonymous: false,
      replayable: true,
      forwardSecret: true,
    },
  },
  oneWay: false,
  options: {
    initiator: { required: ['noiseKey', 'remoteStatic', 'signer'], optional: ['padIdentity'] },
    responder: { required: ['noiseKey'], optional: ['formerNoiseKeys', 'allowIdentity', 'replayCache'] },
  },
  // The cache first: of a recording the application must not hear again, not even as a question (P8 W-15).
  messages: [{ carries: identityClaim, checks: [refuseReplay, admitIdentity] }, { carries: emptyPayload }],
  completion: [],
  confirmedBy: { initiator: 'handshake', responder: 'first-message' },
} as const satisfies Profile;
