import { XX as NOISE_XX } from '@pubky-paykit/noise-core';
import { admitStatic } from '../rules/admission.ts';
import { trustStatic } from '../rules/pinning.ts';
import { PATTERN_BYTES } from './pattern-names.ts';
import { emptyPayload, noPayload } from './payload-steps.ts';
import type { Profile } from './profile.ts';

/**
 * Both Noise keys shown and proven in the handshake: for first contact, where no key is known and none can be looked up.
 *
 * What is proven is a key and not whose it is, so the initiator must say why it trusts the one it is shown: an expected
 * key, a question, or trust on first use, which pins it (P8 W-16).
 *
 * @see N8 §1.8, P8 §3.10
 */
export const XX = {
  name: 'XX',
  byte: PATTERN_BYTES.XX,
  noise: NOISE_XX,
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
      // Whoever connects is shown the responder's static key (Noise §7.8).
      hides: { ownStatic: false, ownIdentity: true },
      anonymous: false,
      replayable: false,
      forwardSecret: true,
    },
  },
  oneWay: false,
  options: {
    initiator: { required: ['noiseKey', 'trust'], optional: [] },
    responder: { required: ['noiseKey', 'allowStatic'], optional: [] },
  },
  messages: [
    { carries: noPayload },
    { carries: emptyPayload, checks: [trustStatic] },
    { carries: emptyPayload, checks: [admitStatic] },
  ],
  completion: [],
  confirmedBy: { initiator: 'handshake', responder: 'handshake' },
} as const satisfies Profile;
