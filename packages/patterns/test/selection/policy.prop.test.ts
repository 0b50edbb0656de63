import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { PROFILE_NAMES } from '../../src/profiles/pattern-names.ts';
import { createPatternPolicy, type PolicySelection } from '../../src/selection/policy.ts';
import type { PolicySettings } from '../../src/selection/policy-settings.ts';
import { isPossible, meets, type Requirement } from '../../src/selection/requirements.ts';
import type { Situation } from '../../src/selection/situation.ts';
import { outcomeOf, REQUIREMENTS, situations } from '../situations.ts';

const patterns = fc.uniqueArray(fc.constantFrom(...PROFILE_NAMES));
const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 });
const experiments = fc.record({
  name: names,
  arms: fc.uniqueArray(
    fc.record({
      name: names,
      weight: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      prefer: fc.constantFrom(...PROFILE_NAMES),
    }),
    { minLength: 1, maxLength: 4, selector: ({ name }) => name },
  ),
});
const settings: fc.Arbitrary<PolicySettings> = fc.record(
  {
    off: fc.record({ initiator: patterns, responder: patterns }, { requiredKeys: [] }),
    fallback: patterns,
    experiment: experiments,
  },
  { requiredKeys: [] },
);
const requirements = fc.uniqueArray(fc.constantFrom(...REQUIREMENTS), { maxLength: 3 });
const questions = fc.record({ situation: situations, require: requirements, peer: fc.string() });

interface Question {
  readonly situation: Situation;
  readonly require: readonly Requirement[];
  readonly peer: string;
}

const REFUSALS = ['PATTERNS_NO_PATTERN', 'PATTERNS_NO_PATTERN_ALLOWED'];

/** The selection, or nothing if the policy refused with one of its codes. */
function ask(given: PolicySettings, { situation, require, peer }: Question): PolicySelection | undefined {
  const selection = outcomeOf(() => createPatternPolicy(given).select(situation, { require, peer }));
  if (typeof selection !== 'string') return selection;
  expect(REFUSALS).toContain(selection);
  return undefined;
}

/** The situation with what the caller adds, put together here by hand. */
function demanded({ situation, require }: Question): Situation {
  return {
    ...situation,
    anonymous: situation.anonymous || require.includes('client-anonymity'),
    answerNeeded: situation.answerNeeded || require.includes('answer'),
  };
}

describe('createPatternPolicy, whatever is set and asked', () => {
  it('never chooses a pattern that is off [O2]', () => {
    fc.assert(
      fc.property(settings, questions, (given, question) => {
        const selection = ask(given, question);
        if (selection === undefined) return;
        expect(given.off?.initiator ?? []).not.toContain(selection.pattern);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('never chooses what gives less than is demanded, or names one who stays unnamed', () => {
    fc.assert(
      fc.property(settings, questions, (given, question) => {
        const selection = ask(given, question);
        if (selection === undefined) return;
        const situation = demanded(question);
        const { pattern } = selection;
        expect(isPossible(pattern, situation)).toBe(true);
        for (const requirement of question.require) expect(meets(pattern, situation, requirement)).toBe(true);
        if (situation.anonymous) expect(['N', 'NN']).toContain(pattern);
        if (situation.answerNeeded) expect(pattern).not.toBe('N');
        expect(selection.throwAway).toBe(situation.anonymous);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('refuses only if neither the wanted pattern nor any to fall back to would do', () => {
    fc.assert(
      fc.property(settings, questions, (given, question) => {
        if (ask(given, question) !== undefined) return;
        const situation = demanded(question);
        const off = given.off?.initiator ?? [];
        const serves = (given.fallback ?? ['IK']).filter(
          (name) =>
            !off.includes(name) &&
            question.require.every((requirement) => meets(name, situation, requirement)) &&
            (!situation.anonymous || meets(name, situation, 'client-anonymity')) &&
            (!situation.answerNeeded || meets(name, situation, 'answer')) &&
            isPossible(name, situation),
        );
        expect(serves).toEqual([]);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('is degraded exactly when it does not use what it wants', () => {
    fc.assert(
      fc.property(settings, questions, (given, question) => {
        const selection = ask(given, question);
        if (selection === undefined) return;
        const { pattern, wanted, degraded, because } = selection;
        expect([degraded, because !== undefined]).toEqual([pattern !== wanted, pattern !== wanted]);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('changes everything in an update or nothing [O2]', () => {
    const wrong = fc.constantFrom(
      { fallback: ['IK', 'IK'] },
      { fallback: ['toString'] },
      { off: { responder: ['ik'] } },
      { off: { both: [] } },
      { experiment: { name: 'none', arms: [] } },
      { experiment: { name: '', arms: [{ name: 'a', weight: 1, prefer: 'IK' }] } },
    );
    fc.assert(
      fc.property(settings, settings, wrong, (before, after, fault) => {
        const policy = createPatternPolicy(before);
        const inForce = JSON.stringify(policy.settings);
        const mixed = { ...after, ...fault } as unknown as PolicySettings;
        expect(outcomeOf(() => policy.update(mixed))).toBe('PATTERNS_POLICY_INVALID');
        expect(JSON.stringify(policy.settings)).toBe(inForce);
        policy.update(after);
        expect(policy.settings).toEqual(createPatternPolicy(after).settings);
      }),
      { numRuns: effort(400) },
    );
  });
});
