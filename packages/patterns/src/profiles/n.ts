import { N as NOISE_N } from '@pubky-paykit/noise-core';
import { refuseReplay } from '../rules/replay-cache.ts';
import { PATTERN_BYTES } from './pattern-names.ts';
import { noPayload } from './payload-steps.ts';
import type { Profile } from './profile.ts';

/**
 * One message, one direction: the initiator stays unnamed and gets no answer.
 *
 * The responder learns nothing about who sends, and what it receives may all be a recording: its replay cache is not
 * optional (W-47, P8 W-58). Whoever gets the responder's static key later can read every recorded session.
 *
 * @see N8 §1.8, P8 §3.8
 */
export const N = {
  name: 'N',
  byte: PATTERN_BYTES.N,
  noise: NOISE_N,
  guarantees: {
    initiator: {
      // Nothing comes back, so nothing is proven; but only the holder of the key that was dialled can read.
      proves: { remoteStatic: false, remoteIdentity: false },
      hides: { ownStatic: true, ownIdentity: true },
      anonymous: true,
      replayable: false,
      forwardSecret: false,
    },
    responder: {
      proves: { remoteStatic: false, remoteIdentity: false },
      hides: { ownStatic: true, ownIdentity: true },
      anonymous: false,
      replayable: true,
      forwardSecret: false,
    },
  },
  oneWay: true,
  options: {
    initiator: { required: ['remoteStatic'], optional: [] },
    responder: { required: ['noiseKey', 'replayCache'], optional: ['formerNoiseKeys'] },
  },
  messages: [{ carries: noPayload, checks: [refuseReplay] }],
  completion: [],
  confirmedBy: { initiator: 'never', responder: 'never' },
} as const satisfies Profile;
