import fc from 'fast-check';
import type { Requirement } from '../src/selection/requirements.ts';
import type { Situation } from '../src/selection/situation.ts';

const BOTH = [true, false];
const REMOTE_KEYS = ['verified', 'pinned', 'unverified', 'unknown'] as const;
const OWN_IDENTITIES = ['hot', 'unpublished', 'cold', 'none'] as const;

/** Every situation there is. */
export const SITUATIONS: readonly Situation[] = REMOTE_KEYS.flatMap((remoteKey) =>
  BOTH.flatMap((remoteIdentityKnown) =>
    OWN_IDENTITIES.flatMap((ownIdentity) =>
      BOTH.flatMap((anonymous) =>
        BOTH.map((answerNeeded) => ({
          remoteKey,
          remoteIdentityKnown,
          ownIdentity,
          anonymous,
          answerNeeded,
        })),
      ),
    ),
  ),
);

export const situations = fc.constantFrom(...SITUATIONS);

export const REQUIREMENTS: readonly Requirement[] = [
  'server-key',
  'server-identity',
  'client-identity',
  'mutual-identity',
  'client-anonymity',
  'answer',
  'forward-secrecy',
];

/** A payer at home with a friend: everything is known, nothing is demanded. */
export const FRIENDS: Situation = {
  remoteKey: 'verified',
  remoteIdentityKnown: true,
  ownIdentity: 'hot',
  anonymous: false,
  answerNeeded: true,
};

/** A donor who wants to stay unnamed. */
export const DONOR: Situation = { ...FRIENDS, anonymous: true, answerNeeded: false };

/** The code of what is thrown, or what was returned. */
export function outcomeOf<Value>(work: () => Value): Value | string {
  try {
    return work();
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error);
  }
}
