import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import type { ProfileName } from '../../src/profiles/pattern-names.ts';
import { thrownBy } from '../bytes.ts';
import { converse } from '../network.ts';
import { initiatorOf, responderOf } from '../peers.ts';

/** Who notices, and how. */
type Verdict = readonly [by: 'initiator' | 'responder', code: string];

const unexpected: Verdict = ['responder', 'PATTERNS_PAYLOAD_UNEXPECTED'];
const tooShort: Verdict = ['responder', 'NOISE_MESSAGE_TOO_SHORT'];
const undecipherable: Verdict = ['responder', 'NOISE_DECRYPT_FAILED'];

/**
 * What becomes of a handshake whose negotiation byte was changed on the way: by the profile the initiator dialled, and
 * the one the responder runs instead.
 */
const VERDICTS: Readonly<Record<ProfileName, Partial<Record<ProfileName, Verdict>>>> = {
  IK: { 'IK-raw': unexpected, N: undecipherable, NN: unexpected, XX: unexpected },
  'IK-raw': {
    IK: ['responder', 'PATTERNS_PAYLOAD_INVALID'],
    N: undecipherable,
    NN: unexpected,
    XX: unexpected,
  },
  N: { IK: tooShort, 'IK-raw': tooShort, NN: unexpected, XX: unexpected },
  // The first messages of NN and XX look alike; the names of their protocols tell the second ones apart.
  NN: { IK: tooShort, 'IK-raw': tooShort, N: tooShort, XX: ['initiator', 'NOISE_DECRYPT_FAILED'] },
  XX: { IK: tooShort, 'IK-raw': tooShort, N: tooShort, NN: ['initiator', 'NOISE_MESSAGE_TOO_SHORT'] },
};

const PAIRS = Object.entries(VERDICTS).flatMap(([dialled, row]) =>
  Object.entries(row).map(([run, verdict]) => [dialled as ProfileName, run as ProfileName, verdict] as const),
);

describe('a negotiation byte that was changed', () => {
  it('makes 20 pairs', () => {
    expect(new Set(PAIRS.map(([dialled, run]) => `${dialled} ${run}`)).size).toBe(20);
  });

  it.each(PAIRS)('from %s to %s opens no session (W-10, P8 W-13)', async (dialled, run, [by, code]) => {
    const sides = await converse(initiatorOf(PROFILES[dialled]), responderOf(PROFILES[run]));
    expect(sides[by].code).toBe(code);
    expect(sides.responder.session).toBeUndefined();
    for (const { handshake } of Object.values(sides)) {
      expect(thrownBy(() => handshake.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    }
    // The initiator of N is done with its one message: it demanded no answer, and nobody can read what it sends.
    expect(sides.initiator.session?.pattern).toBe(dialled === 'N' ? 'N' : undefined);
  });
});
