import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import type { ProfileName } from '../../src/profiles/pattern-names.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { createReplayCache } from '../../src/rules/replay-cache.ts';
import {
  attackedNetwork,
  attacksOn,
  expectAgreementOrNothing,
  expectHonestSession,
  plunder,
} from '../attacks.ts';
import { converse } from '../network.ts';
import { initiatorOf, responderOf } from '../peers.ts';

const NAMES = Object.keys(PROFILES) as ProfileName[];
const ROLES = ['initiator', 'responder'] as const;
const pairs = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES))
  .filter(([dialled, run]) => dialled !== run);

describe('flipping the negotiation byte', () => {
  it('never yields a session with a weaker guarantee than its side demanded (W-10, P8 W-13)', async () => {
    const replayCache = createReplayCache();
    const loot = await plunder(replayCache);
    await fc.assert(
      fc.asyncProperty(
        pairs,
        fc.oneof(fc.constant([]), attacksOn(...NAMES)),
        async ([dialled, run], actions) => {
          const profiles: Record<(typeof ROLES)[number], Profile> = {
            initiator: PROFILES[dialled],
            responder: PROFILES[run],
          };
          const sides = await converse(
            initiatorOf(profiles.initiator),
            responderOf(profiles.responder, run === 'N' ? { replayCache } : {}),
            attackedNetwork(actions, loot),
          );
          for (const role of ROLES) expectHonestSession(role, profiles, sides, loot);
          expectAgreementOrNothing(sides);
          const [one, two] = [sides.initiator.session, sides.responder.session];
          if (one && two) expect(one.id).not.toEqual(two.id);
          if (dialled !== 'N') expect(one).toBeUndefined();
        },
      ),
      { numRuns: effort(400) },
    );
  });
});
