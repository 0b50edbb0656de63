import type { KeyPair, Role } from '@pubky-paykit/noise-core';
import type { IdentitySigner } from '../identity/identity-signer.ts';
import type { ProfileName } from '../profiles/pattern-names.ts';
import type { OptionName, Profile } from '../profiles/profile.ts';
import { type AllowIdentity, type AllowStatic, identityRule, staticRule } from '../rules/admission.ts';
import { createReplayCache, type ReplayCache } from '../rules/replay-cache.ts';
import type { AnySession, SessionOf } from '../sessions/session.ts';
import { createProfileHandshake, type ProfileHandshake } from './handshake.ts';
import type { AnyHandshakeOptions, HandshakeSettings } from './handshake-options.ts';
import { checkShapes, requireFunction } from './option-shapes.ts';

/** Says whether a pattern may be used now; a `PatternPolicy` is one. */
export interface PatternSwitch {
  allows(pattern: ProfileName, role: Role): boolean;
}

/** What a listener offers, and by which rules. Each profile gets those of the options that belong to it. */
export interface OfferOptions<Offered extends readonly Profile[]> extends HandshakeSettings {
  /** The allow list of the negotiation byte: these profiles and no others, each once. */
  readonly profiles: Offered;
  /** For every profile but NN; borrowed, keep it alive as long as the listener. */
  readonly noiseKey?: KeyPair | undefined;
  /** For IK, IK-raw and N: see `OptionValues`. Whoever connects with XX is shown `noiseKey`. */
  readonly formerNoiseKeys?: readonly KeyPair[] | undefined;
  /** For NN. */
  readonly signer?: IdentitySigner | undefined;
  /**
   * Who may connect by a proven identity (IK, NN). Where it or a list of Noise keys is given, each profile offered must
   * take one of the two: others would let everybody in.
   */
  readonly allowIdentity?: readonly Uint8Array[] | AllowIdentity | undefined;
  /** Which Noise keys may connect (IK-raw, XX). XX wants it, `'anyone'` being a possible answer. */
  readonly allowStatic?: readonly Uint8Array[] | AllowStatic | 'anyone' | undefined;
  /**
   * Lets profiles of one direction (N) be offered beside such rules, though nobody can be told to stay out of them: what
   * comes through them has no sender and gets no answer. Default false.
   */
  readonly allowUnnamed?: boolean | undefined;
  /** One for all profiles; in memory if not given: one for N that refuses when it is full, one for the others. */
  readonly replayCache?: ReplayCache | undefined;
  /** How many first messages each cache in memory remembers, 1 to 1 000 000; 65 536 if not given. */
  readonly replayCacheEntries?: number | undefined;
  /** Asked on every byte, so that a pattern can be switched off while the listener runs. */
  readonly policy?: PatternSwitch | undefined;
}

/** The keys of a listener, all of which may change while it listens. */
export type OfferedKeys = Pick<OfferOptions<readonly Profile[]>, 'noiseKey' | 'formerNoiseKeys' | 'signer'>;

/**
 * Makes the responder's handshake for a negotiation byte, or `undefined` to refuse the peer on the byte, before any
 * cryptography (P8 W-59). Made once for each listener: it holds what the listener must remember.
 *
 * @param keys What takes the place of all keys of the options, for this connection: those of now, where keys are rotated.
 *   Borrowed until the handshake has ended. @throws What `createProfileHandshake` throws for them.
 */
export type ProfileOffer<Yields extends AnySession = AnySession> = (
  patternByte: number,
  keys?: OfferedKeys,
) => ProfileHandshake<Yields> | undefined;

/** What the types say, once more for callers without types: a mistake here must not wait for the first peer. */
function checkOffer(options: OfferOptions<readonly Profile[]>): void {
  const { profiles, policy, replayCache, replayCacheEntries } = options;
  if (!Array.isArray(profiles) || profiles.length === 0) {
    throw new TypeError('profiles is not a list of at least one profile');
  }
  if (!profiles.every((profile) => profile?.options !== undefined)) {
    throw new TypeError('profiles holds something that is no profile');
  }
  checkShapes(options);
  if (policy !== undefined) requireFunction('policy.allows', policy?.allows);
  if (replayCache !== undefined && replayCacheEntries !== undefined) {
    throw new TypeError('replayCacheEntries cannot be applied to a replayCache that is given');
  }
}

/** The options that say who may connect. */
const RULE_NAMES = ['allowIdentity', 'allowStatic'] as const satisfies readonly OptionName[];

function takes(profile: Profile, name: OptionName): boolean {
  const { required, optional } = profile.options.responder;
  return required.includes(name) || optional.includes(name);
}

/** A list of those who may connect is no protection while another byte lets everybody in (N8 W-10). */
function checkNoBypass(options: OfferOptions<readonly Profile[]>): void {
  const { profiles } = options;
  const answers = RULE_NAMES.filter((name) => options[name] !== undefined);
  // 'anyone' says who may connect, too, but restricts nobody.
  const restrictions = answers.filter((name) => options[name] !== 'anyone');
  for (const name of restrictions) {
    if (!profiles.some((profile) => takes(profile, name))) {
      throw new TypeError(`${name} cannot be applied to any of the profiles offered`);
    }
    const unbound = profiles.filter((profile) => !answers.some((answer) => takes(profile, answer)));
    const open = unbound.find(({ oneWay }) => !(oneWay && options.allowUnnamed === true));
    if (open === undefined) continue;
    const way = open.oneWay
      ? 'allowUnnamed'
      : answers.includes('allowStatic')
        ? 'allowIdentity'
        : 'allowStatic';
    throw new TypeError(`${name} does not bind ${open.name}: offer it separately, or pass ${way} too`);
  }
}

/** The listener's own copy of its rules: what is changed later changes nothing here. */
function copiedRules(options: OfferOptions<readonly Profile[]>): OfferOptions<readonly Profile[]> {
  const { prologue, allowIdentity, allowStatic, formerNoiseKeys } = options;
  return {
    ...options,
    // Not `slice`: that of a Node `Buffer` shares the memory.
    prologue: prologue instanceof Uint8Array ? Uint8Array.from(prologue) : prologue,
    formerNoiseKeys: formerNoiseKeys && [...formerNoiseKeys],
    allowIdentity: identityRule(allowIdentity),
    allowStatic: allowStatic === 'anyone' ? allowStatic : staticRule(allowStatic),
  };
}

/** All keys, those that are left out included: a former key of the options must not outlive them. */
function keysOf({ noiseKey, formerNoiseKeys, signer }: OfferedKeys): Required<OfferedKeys> {
  return { noiseKey, formerNoiseKeys, signer };
}

/** The options of one profile out of those of the listener. */
function optionsOf(
  profile: Profile,
  options: OfferOptions<readonly Profile[]>,
  replayCache: ReplayCache,
): AnyHandshakeOptions {
  const { prologue, suite, noiseKey, formerNoiseKeys, signer, allowIdentity, allowStatic } = options;
  const given = { noiseKey, formerNoiseKeys, signer, allowIdentity, allowStatic, replayCache };
  const names = (Object.keys(given) as (keyof typeof given)[]).filter((name) => takes(profile, name));
  const own = Object.fromEntries(names.map((name) => [name, given[name]]));
  return { profile, role: 'responder', prologue, suite, ...own };
}

/** What the connections of an offer yield: of each profile its own, so that whatever all of them can do needs no question. */
export type AcceptedSession<Offered extends Profile> = Offered extends Profile
  ? SessionOf<Offered, 'responder'>
  : never;

/**
 * What a listener offers: give the result to `acceptChannel` for each connection.
 *
 * Everything wrong with the options is found here and not at the first connection.
 *
 * @throws TypeError for options that are missing or of another kind, no profiles, profiles that come twice, rules that no
 *   profile applies, and rules that one would bypass.
 * @throws RangeError for a number of replay cache entries that is none.
 * @throws PATTERNS_WEAK_KEY, PATTERNS_KEY_LENGTH, PATTERNS_PROLOGUE_INVALID, PATTERNS_SUITE_REFUSED
 * @see N8 §1.3, P8 §3.2
 * @example
 * ```ts
 * import type { KeyPair } from '@pubky-paykit/noise-core';
 * import { IK, IK_RAW, offerProfiles } from '@pubky-paykit/patterns';
 * function offer(noiseKey: KeyPair) {
 *   return offerProfiles({ profiles: [IK, IK_RAW], noiseKey });
 * }
 * ```
 */
export function offerProfiles<const Offered extends readonly Profile[]>(
  options: OfferOptions<Offered>,
): ProfileOffer<AcceptedSession<Offered[number]>> {
  const { profiles, policy, replayCacheEntries: maximumEntries } = options;
  checkOffer(options);
  checkNoBypass(options);
  const rules = copiedRules(options);
  // Where a replay is of no use, a flood of strangers must not shut out friends; in N nothing else stops one.
  const bounds = maximumEntries === undefined ? {} : { maximumEntries };
  const strict = options.replayCache ?? createReplayCache({ ...bounds, whenFull: 'refuse' });
  const lenient = options.replayCache ?? createReplayCache({ ...bounds, whenFull: 'forget' });
  const byByte = new Map<number, ProfileOffer>();
  for (const profile of profiles) {
    if (byByte.has(profile.byte)) throw new TypeError(`${profile.name} is offered twice`);
    const cache = profile.options.responder.required.includes('replayCache') ? strict : lenient;
    const chosen = optionsOf(profile, rules, cache);
    const start = (keys?: OfferedKeys) => {
      const now = keys === undefined ? chosen : optionsOf(profile, { ...rules, ...keysOf(keys) }, cache);
      return createProfileHandshake(now as never) as ProfileHandshake<AnySession>;
    };
    start().destroy();
    byByte.set(profile.byte, (_, keys) =>
      // Only `true` will do: a promise, say, is no answer.
      policy === undefined || policy.allows(profile.name, 'responder') === true ? start(keys) : undefined,
    );
  }
  return (patternByte, keys) =>
    byByte.get(patternByte)?.(patternByte, keys) as
      | ProfileHandshake<AcceptedSession<Offered[number]>>
      | undefined;
}
