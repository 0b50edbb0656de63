import { IK as NOISE_IK } from '@pubky-paykit/noise-core';
import { admitStatic } from '../rules/admission.ts';
import { refuseReplay } from '../rules/replay-cache.ts';
import { PATTERN_BYTES } from './pattern-names.ts';
import { emptyPayload, noPayload } from './payload-steps.ts';
import type { Profile } from './profile.ts';

/**
 * Both Noise keys proven, no identity signed: for peers whose identity key is kept offline ("cold") and whose Noise key
 * stands in a signed record.
 *
 * The responder learns a key and nothing else. Whose it is has to be looked up before anything is confirmed:
 * `resolveIdentity` (P8 W-05).
 *
 * @see N8 §1.8, P8 §3.7
 */
export const IK_RAW = {
  name: 'IK-raw',
  byte: PATTERN_BYTES['IK-raw'],
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
      proves: { remoteStatic: true, remoteIdentity: false },
      hides: { ownStatic: true, ownIdentity: true },
      anonymous: false,
      replayable: true,
      forwardSecret: true,
    },
  },
  oneWay: false,
  options: {
    initiator: { required: ['noiseKey', 'remoteStatic'], optional: [] },
    responder: { required: ['noiseKey'], optional: ['formerNoiseKeys', 'allowStatic', 'replayCache'] },
  },
  // The cache first: of a recording the application must not hear again, not even as a question (P8 W-15).
  messages: [{ carries: noPayload, checks: [refuseReplay, admitStatic] }, { carries: emptyPayload }],
  completion: [],
  confirmedBy: { initiator: 'handshake', responder: 'first-message' },
} as const satisfies Profile;
