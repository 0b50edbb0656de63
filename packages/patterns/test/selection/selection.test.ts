import { describe, expect, it } from 'vitest';
import { selectPattern } from '../../src/selection/selection.ts';
import type { Situation } from '../../src/selection/situation.ts';
import { DONOR, FRIENDS, outcomeOf, SITUATIONS } from '../situations.ts';

const patternFor = (situation: Situation) => outcomeOf(() => selectPattern(situation).pattern);

/** P8 §3.13, "Decision order", written as it is read, with the anonymous first. */
function byDecisionOrder({
  remoteKey,
  remoteIdentityKnown,
  ownIdentity,
  anonymous,
  answerNeeded,
}: Situation) {
  const dialable = ['verified', 'pinned'].includes(remoteKey);
  if (anonymous) {
    if (dialable && !answerNeeded) return 'N';
    return remoteIdentityKnown ? 'NN' : 'PATTERNS_NO_PATTERN';
  }
  if (!dialable) return 'XX';
  return ['hot', 'unpublished'].includes(ownIdentity) ? 'IK' : 'IK-raw';
}

describe('selectPattern', () => {
  it.each(['verified', 'pinned'] as const)(
    'takes IK for a %s key and a signer at hand, IK-raw where the identity is kept offline [S3.2]',
    (remoteKey) => {
      expect(selectPattern({ ...FRIENDS, remoteKey })).toMatchObject({
        pattern: 'IK',
        rule: 'known-key-hot',
      });
      expect(selectPattern({ ...FRIENDS, remoteKey, ownIdentity: 'cold' })).toMatchObject({
        pattern: 'IK-raw',
        rule: 'known-key-cold',
      });
    },
  );

  it('takes N for one who stays unnamed and needs no answer, NN where an answer is needed [S3.2]', () => {
    expect(selectPattern(DONOR)).toMatchObject({ pattern: 'N', rule: 'anonymous-one-way', throwAway: true });
    expect(selectPattern({ ...DONOR, answerNeeded: true })).toMatchObject({
      pattern: 'NN',
      rule: 'anonymous-attested',
      throwAway: true,
    });
  });

  it('takes NN for one who stays unnamed and knows the identity of the peer but not its key', () => {
    expect(patternFor({ ...DONOR, remoteKey: 'unknown' })).toBe('NN');
    expect(patternFor({ ...DONOR, remoteKey: 'unverified' })).toBe('NN');
  });

  it('takes XX at first contact, and IK or IK-raw once the key is pinned [S3.3] (P8 W-16)', () => {
    for (const remoteKey of ['unknown', 'unverified'] as const) {
      expect(patternFor({ ...FRIENDS, remoteKey })).toBe('XX');
      expect(patternFor({ ...FRIENDS, remoteKey, ownIdentity: 'cold' })).toBe('XX');
    }
    expect(patternFor({ ...FRIENDS, remoteKey: 'pinned' })).toBe('IK');
    expect(patternFor({ ...FRIENDS, remoteKey: 'pinned', ownIdentity: 'cold' })).toBe('IK-raw');
  });

  it('tells a first contact with an expected key from one without (P8 W-16)', () => {
    expect(selectPattern({ ...FRIENDS, remoteKey: 'unverified' }).rule).toBe('first-contact-expected-key');
    expect(selectPattern({ ...FRIENDS, remoteKey: 'unknown' }).rule).toBe('first-contact');
  });

  it('takes IK-raw for one whose Noise key is published nowhere, by a rule of its own', () => {
    expect(selectPattern({ ...FRIENDS, ownIdentity: 'none' })).toMatchObject({
      pattern: 'IK-raw',
      rule: 'known-key-unpublished',
    });
  });

  it.each([
    [{ ...DONOR, remoteKey: 'unverified', remoteIdentityKnown: false }, 'a verified or pinned key'],
    [{ ...DONOR, remoteKey: 'unknown', remoteIdentityKnown: false }, 'a verified or pinned key'],
    [{ ...DONOR, answerNeeded: true, remoteIdentityKnown: false }, 'the identity of the peer'],
  ] as const)('refuses %j and says what is missing', (situation, missing) => {
    expect(() => selectPattern(situation)).toThrow(
      expect.objectContaining({
        code: 'PATTERNS_NO_PATTERN',
        context: { missing: expect.stringContaining(missing), remoteKey: situation.remoteKey },
      }),
    );
  });

  it('follows the decision order in every situation there is [S3.2]', () => {
    expect(SITUATIONS.length).toBe(128);
    for (const situation of SITUATIONS) expect(patternFor(situation)).toBe(byDecisionOrder(situation));
  });

  it('gives a sentence as the reason, one for each rule [S3.2]', () => {
    const reasons = new Map<string, string>();
    for (const situation of SITUATIONS) {
      if (byDecisionOrder(situation) === 'PATTERNS_NO_PATTERN') continue;
      const { rule, reason } = selectPattern(situation);
      expect(reason).toMatch(/^[A-Z].*\.$/);
      reasons.set(rule, reason);
    }
    expect(reasons.size).toBe(7);
    expect(new Set(reasons.values()).size).toBe(7);
  });

  it.each(['remoteKey', 'remoteIdentityKnown', 'ownIdentity', 'anonymous', 'answerNeeded'] as const)(
    'refuses a situation without %s rather than guess',
    (member) => {
      const { [member]: _, ...rest } = DONOR;
      expect(() => selectPattern(rest as Situation)).toThrow(TypeError);
      expect(() => selectPattern({ ...DONOR, [member]: 'toString' })).toThrow(TypeError);
    },
  );
});
