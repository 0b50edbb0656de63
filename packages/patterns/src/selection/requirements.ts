import { PROFILES } from '../profiles/catalogue.ts';
import type { ProfileName } from '../profiles/pattern-names.ts';
import type { Profile } from '../profiles/profile.ts';
import { canSign, isPublished, knowsKey, requireSituation, type Situation } from './situation.ts';

/**
 * What an initiator may demand of a session:
 *
 * | requirement | what it means |
 * |---|---|
 * | `server-key` | only the holder of a key known beforehand, or of a proven identity, can read what is sent |
 * | `server-identity` | and a verified record, or an attestation of this session, ties that holder to an identity |
 * | `client-identity` | the responder learns who the initiator is: proven, or by a published record of its Noise key |
 * | `mutual-identity` | both of these |
 * | `client-anonymity` | the responder learns nothing by which it could recognise the initiator |
 * | `answer` | the responder can send too |
 * | `forward-secrecy` | what is sent stays secret if static keys leak later |
 */
export type Requirement =
  | 'server-key'
  | 'server-identity'
  | 'client-identity'
  | 'mutual-identity'
  | 'client-anonymity'
  | 'answer'
  | 'forward-secrecy';

type NeededOption = (typeof PROFILES)[ProfileName]['options']['initiator']['required'][number];

/** When an initiator has what a profile asks of it. A profile that asks for something else does not compile. */
const AT_HAND: { readonly [Option in NeededOption]: (situation: Situation) => boolean } = {
  // It can always be made, if only for one session. Whether it names anybody is another question.
  noiseKey: () => true,
  remoteStatic: knowsKey,
  signer: (situation) => canSign(situation) || situation.anonymous,
  expectedIdentity: ({ remoteIdentityKnown }) => remoteIdentityKnown,
  // A key to compare with, a question, or trust on first use: the last is open to everybody.
  trust: () => true,
};

function needs(profile: Profile, option: NeededOption): boolean {
  return profile.options.initiator.required.includes(option);
}

/** Whether a key known beforehand decides who can read: the peer proves it, or only its holder can read at all (N). */
function tiedToKey(profile: Profile): boolean {
  return profile.guarantees.initiator.proves.remoteStatic || needs(profile, 'remoteStatic');
}

function attested(profile: Profile, situation: Situation): boolean {
  return profile.guarantees.initiator.proves.remoteIdentity && situation.remoteIdentityKnown;
}

type Test = (profile: Profile, situation: Situation) => boolean;

const serverKey: Test = (profile, situation) =>
  attested(profile, situation) || (tiedToKey(profile) && knowsKey(situation));

/** A pinned key is a key and no identity: nobody has signed whose it is. */
const serverIdentity: Test = (profile, situation) =>
  attested(profile, situation) || (tiedToKey(profile) && situation.remoteKey === 'verified');

const clientIdentity: Test = ({ guarantees: { responder } }, situation) =>
  !situation.anonymous &&
  ((responder.proves.remoteIdentity && canSign(situation)) ||
    (responder.proves.remoteStatic && isPublished(situation)));

const TESTS: { readonly [Name in Requirement]: Test } = {
  'server-key': serverKey,
  'server-identity': serverIdentity,
  'client-identity': clientIdentity,
  'mutual-identity': (profile, situation) =>
    serverIdentity(profile, situation) && clientIdentity(profile, situation),
  // Without a Noise key of its own, all that could name the initiator is an identity, which may be a throw-away one.
  'client-anonymity': (profile, { anonymous }) =>
    profile.guarantees.initiator.anonymous || (anonymous && !needs(profile, 'noiseKey')),
  answer: ({ oneWay }) => !oneWay,
  'forward-secrecy': ({ guarantees }) => guarantees.initiator.forwardSecret,
};

/**
 * Whether the initiator has all that this pattern needs.
 *
 * @throws TypeError for a situation with a member missing.
 */
export function isPossible(pattern: ProfileName, situation: Situation): boolean {
  requireSituation(situation);
  return PROFILES[pattern].options.initiator.required.every((option) => AT_HAND[option](situation));
}

/**
 * Whether this pattern, opened by the initiator in this situation, gives what is required. A pattern that is not possible
 * gives nothing.
 *
 * @throws TypeError for a requirement that is none, and for a situation with a member missing.
 * @example
 * ```ts
 * import { meets } from '@pubky-paykit/patterns';
 * const firstContact = {
 *   remoteKey: 'unknown', remoteIdentityKnown: false, ownIdentity: 'hot', anonymous: false, answerNeeded: true,
 * } as const;
 * meets('XX', firstContact, 'server-key'); // false: whoever answers is trusted
 * ```
 */
export function meets(pattern: ProfileName, situation: Situation, requirement: Requirement): boolean {
  if (!Object.hasOwn(TESTS, requirement)) {
    throw new TypeError(
      `"${String(requirement)}" is no requirement; use one of ${Object.keys(TESTS).join(', ')}`,
    );
  }
  return isPossible(pattern, situation) && TESTS[requirement](PROFILES[pattern], situation);
}
