import { PatternsError } from '../errors.ts';
import type { ProfileName } from '../profiles/pattern-names.ts';
import { canSign, knowsKey, requireSituation, type Situation } from './situation.ts';

/** Which pattern to open a session with, and why. */
export interface Selection {
  readonly pattern: ProfileName;
  /** The id of the rule that decided; stable within a major version. */
  readonly rule: string;
  /** One sentence for people. */
  readonly reason: string;
  /** Whether every key this side shows must be made for this session alone, since it must not be recognised. */
  readonly throwAway: boolean;
}

interface Rule extends Omit<Selection, 'rule' | 'throwAway'> {
  readonly id: string;
  applies(situation: Situation): boolean;
}

/** The first that applies decides. P8 §3.13 */
const RULES: readonly Rule[] = [
  {
    id: 'anonymous-one-way',
    applies: (situation) => situation.anonymous && !situation.answerNeeded && knowsKey(situation),
    pattern: 'N',
    reason:
      'The key of the peer is known, this side stays unnamed and needs no answer: one message that only the holder of that key can read.',
  },
  {
    id: 'anonymous-attested',
    applies: ({ anonymous, remoteIdentityKnown }) => anonymous && remoteIdentityKnown,
    pattern: 'NN',
    reason:
      'This side stays unnamed: the peer attests its identity, this side attests with a throw-away one.',
  },
  {
    id: 'known-key-hot',
    applies: (situation) => !situation.anonymous && knowsKey(situation) && canSign(situation),
    pattern: 'IK',
    reason: 'The key of the peer is known and a signer is at hand: this side proves its identity at once.',
  },
  {
    id: 'known-key-cold',
    applies: (situation) => !situation.anonymous && knowsKey(situation) && situation.ownIdentity === 'cold',
    pattern: 'IK-raw',
    reason:
      'The key of the peer is known and the identity of this side kept offline: the peer looks the Noise key up in the published record.',
  },
  {
    id: 'known-key-unpublished',
    applies: (situation) => !situation.anonymous && knowsKey(situation),
    pattern: 'IK-raw',
    reason:
      'The key of the peer is known, but the Noise key of this side is published nowhere: the peer can never verify whose it is, and confirms no payment until it is published.',
  },
  {
    id: 'first-contact-expected-key',
    applies: ({ anonymous, remoteKey }) => !anonymous && remoteKey === 'unverified',
    pattern: 'XX',
    reason:
      'The key of the peer was told but not verified: the peer must show that very key, which is then pinned for IK or IK-raw.',
  },
  {
    id: 'first-contact',
    applies: ({ anonymous }) => !anonymous,
    pattern: 'XX',
    reason:
      'The key of the peer is unknown: it is shown in the handshake, trusted for the reason that is given there, and pinned for IK or IK-raw.',
  },
];

/** Only one who wants to stay unnamed can be without a rule. */
function missingIn({ answerNeeded }: Situation): string {
  return answerNeeded ? 'the identity of the peer' : 'a verified or pinned key of the peer, or its identity';
}

/**
 * Chooses the pattern by the rules of P8 §3.13. The initiator asks this; a responder follows the negotiation byte.
 *
 * A key of the peer that nobody verified is never dialled: at first contact XX compares with it or pins what it sees, and
 * from then on the key is `pinned` and the same question gives IK or IK-raw by itself (P8 W-16).
 *
 * @throws PATTERNS_NO_PATTERN if this side must stay unnamed and too little is known of the peer.
 * @throws TypeError for a situation with a member missing.
 * @see P8 §3.13
 * @example
 * ```ts
 * import { selectPattern } from '@pubky-paykit/patterns';
 * const { pattern, reason } = selectPattern({
 *   remoteKey: 'verified', remoteIdentityKnown: true, ownIdentity: 'cold', anonymous: false, answerNeeded: true,
 * }); // 'IK-raw'
 * ```
 */
export function selectPattern(situation: Situation): Selection {
  requireSituation(situation);
  const rule = RULES.find(({ applies }) => applies(situation));
  if (rule === undefined) {
    throw new PatternsError('PATTERNS_NO_PATTERN', {
      missing: missingIn(situation),
      remoteKey: situation.remoteKey,
    });
  }
  const { id, pattern, reason } = rule;
  return { pattern, rule: id, reason, throwAway: situation.anonymous };
}
