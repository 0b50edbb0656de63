import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import { PROFILE_NAMES } from '../../src/profiles/pattern-names.ts';
import { isPossible, meets } from '../../src/selection/requirements.ts';
import { type Selection, selectPattern } from '../../src/selection/selection.ts';
import type { Situation } from '../../src/selection/situation.ts';
import { outcomeOf, SITUATIONS } from '../situations.ts';

/** Small enough to be tried out in full; no sample could say more. */
function eachSelection(check: (selection: Selection, situation: Situation) => void): void {
  let selections = 0;
  for (const situation of SITUATIONS) {
    const selection = outcomeOf(() => selectPattern(situation));
    if (typeof selection === 'string') continue;
    check(selection, situation);
    selections += 1;
  }
  expect(selections).toBe(104);
}

describe('selectPattern, in every situation', () => {
  it('chooses nothing that the initiator has not what it needs for', () => {
    eachSelection(({ pattern }, situation) => expect(isPossible(pattern, situation)).toBe(true));
  });

  it('never dials a key that nobody verified (P8 §3.13, W-14)', () => {
    eachSelection(({ pattern }, { remoteKey }) => {
      if (remoteKey === 'verified' || remoteKey === 'pinned') return;
      expect(PROFILES[pattern].options.initiator.required).not.toContain('remoteStatic');
    });
  });

  it('never names one who wants to stay unnamed, nor shows a lasting Noise key', () => {
    eachSelection(({ pattern, throwAway }, situation) => {
      expect(throwAway).toBe(situation.anonymous);
      if (!situation.anonymous) return;
      expect(PROFILES[pattern].options.initiator.required).not.toContain('noiseKey');
      expect(meets(pattern, situation, 'client-anonymity')).toBe(true);
      expect(meets(pattern, situation, 'client-identity')).toBe(false);
    });
  });

  it('never takes one direction where an answer is needed', () => {
    eachSelection(({ pattern }, { answerNeeded }) => {
      if (answerNeeded) expect(PROFILES[pattern].oneWay).toBe(false);
    });
  });

  it('says who talks wherever it can be said, for one who does not hide', () => {
    eachSelection(({ pattern }, situation) => {
      if (situation.anonymous || situation.ownIdentity === 'none') return;
      // At first contact only a record can say who talks.
      if (pattern === 'XX' && situation.ownIdentity === 'unpublished') return;
      expect(meets(pattern, situation, 'client-identity')).toBe(true);
    });
  });

  it('refuses only where no pattern could serve', () => {
    for (const situation of SITUATIONS) {
      const serves = PROFILE_NAMES.some(
        (pattern) =>
          isPossible(pattern, situation) &&
          (!situation.anonymous || meets(pattern, situation, 'client-anonymity')) &&
          (!situation.answerNeeded || meets(pattern, situation, 'answer')),
      );
      expect(outcomeOf(() => selectPattern(situation)) === 'PATTERNS_NO_PATTERN').toBe(!serves);
    }
  });
});
