/** What one side knows and wants before it opens a session; what {@link selectPattern} chooses by. */
export interface Situation {
  /**
   * What is known of the peer's Noise key: it stands in a signed record that was verified and is fresh (`verified`), was
   * proven at first contact and pinned (`pinned`), was told by somebody who did not prove it (`unverified`), or nothing.
   */
  readonly remoteKey: 'verified' | 'pinned' | 'unverified' | 'unknown';
  /** Whether the Ed25519 identity of the peer is known, so that NN can demand it. */
  readonly remoteIdentityKnown: boolean;
  /**
   * `hot`: a signer is at hand, and the Noise key stands in a published record; `unpublished`: a signer is at hand, and
   * the Noise key stands in none; `cold`: only the Noise key is at hand, its record published; `none`: neither.
   */
  readonly ownIdentity: 'hot' | 'unpublished' | 'cold' | 'none';
  /** Whether the peer must not be able to recognise this side. */
  readonly anonymous: boolean;
  readonly answerNeeded: boolean;
}

const YES_OR_NO = [true, false] as const;

const VALUES: { readonly [Member in keyof Situation]: readonly Situation[Member][] } = {
  remoteKey: ['verified', 'pinned', 'unverified', 'unknown'],
  remoteIdentityKnown: YES_OR_NO,
  ownIdentity: ['hot', 'unpublished', 'cold', 'none'],
  anonymous: YES_OR_NO,
  answerNeeded: YES_OR_NO,
};

/**
 * Makes sure that every member is given: an `anonymous` that was forgotten would name its caller.
 *
 * @throws TypeError naming the first member that is missing or has another value.
 */
export function requireSituation(situation: Situation): void {
  for (const member of Object.keys(VALUES) as (keyof Situation)[]) {
    const allowed: readonly unknown[] = VALUES[member];
    if (!allowed.includes(situation[member])) {
      throw new TypeError(`situation.${member} is none of ${allowed.join(', ')}`);
    }
  }
}

/**
 * Whether the peer's key is good enough to be dialled: verified in a record, or pinned. One that somebody told is not
 * (P8 §3.13, W-14); it is only something to compare with (P8 W-16).
 */
export function knowsKey({ remoteKey }: Situation): boolean {
  return remoteKey === 'verified' || remoteKey === 'pinned';
}

/** Whether this side can sign as itself. */
export function canSign({ ownIdentity }: Situation): boolean {
  return ownIdentity === 'hot' || ownIdentity === 'unpublished';
}

/** Whether a peer can find out whose Noise key this side has. */
export function isPublished({ ownIdentity }: Situation): boolean {
  return ownIdentity === 'hot' || ownIdentity === 'cold';
}
