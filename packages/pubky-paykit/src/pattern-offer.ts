import {
  type AcceptedSession,
  IK,
  type OfferOptions,
  offerProfiles,
  type Profile,
  type ProfileOffer,
} from '@pubky-paykit/patterns';
import type { ListeningIdentity } from './payment-identity.ts';
import { requirePolicy, requireProfiles } from './profile-argument.ts';

/** What a payee offers, and by which rules; see `OfferOptions` of the package patterns. */
export type OfferPatternsOptions<Offered extends readonly Profile[]> = Omit<
  OfferOptions<Offered>,
  'profiles' | 'noiseKey' | 'formerNoiseKeys' | 'signer'
> & {
  /** The patterns that are accepted; IK alone if not given. */
  readonly profiles?: Offered;
};

/**
 * What a payee offers to those who connect: made once for each listener, since it remembers first messages, and given to
 * {@link acceptPaymentChannel} with every connection.
 *
 * @param identity Borrowed: keep it alive as long as the listener. A signer is needed for NN only. Where keys are rotated,
 *   ask the offer with those of now, `(byte) => offer(byte, identityOfNow)`: what it remembers stays.
 * @throws TypeError for options that are missing, and for rules that one of the patterns would bypass.
 * @example
 * ```ts
 * import { IK, NN, offerPatterns, type PaymentIdentity } from 'pubky-paykit';
 * function offer(identity: PaymentIdentity, friend: Uint8Array) {
 *   return offerPatterns(identity, { profiles: [IK, NN], allowIdentity: [friend] });
 * }
 * ```
 */
export function offerPatterns<const Offered extends readonly Profile[] = readonly [typeof IK]>(
  identity: Omit<ListeningIdentity, 'publicKey'>,
  options: OfferPatternsOptions<Offered> = {},
): ProfileOffer<AcceptedSession<Offered[number]>> {
  const { profiles = [IK] as readonly Profile[], ...rules } = options;
  requireProfiles(profiles);
  requirePolicy(rules.policy);
  const { noiseKey, formerNoiseKeys, signer } = identity;
  return offerProfiles({ ...rules, profiles, noiseKey, formerNoiseKeys, signer }) as ProfileOffer<
    AcceptedSession<Offered[number]>
  >;
}
