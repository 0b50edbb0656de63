import type { KeyPair } from '@pubky-paykit/noise-core';
import { equalBytes } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import type { IdentitySigner } from '../identity/identity-signer.ts';
import { requireLength } from '../lengths.ts';
import { PROFILES } from '../profiles/catalogue.ts';
import type { ProfileName } from '../profiles/pattern-names.ts';
import type { OptionValues } from '../profiles/profile.ts';
import { keyPrefix } from '../redaction.ts';
import type { PinStore, TrustRule } from '../rules/pinning.ts';
import { createPatternPolicy, type PatternPolicy, type PolicySelection } from '../selection/policy.ts';
import type { Requirement } from '../selection/requirements.ts';
import type { Situation } from '../selection/situation.ts';
import type { AnySession } from '../sessions/session.ts';
import { createProfileHandshake, type ProfileHandshake } from './handshake.ts';
import type { AnyHandshakeOptions, HandshakeSettings } from './handshake-options.ts';
import { createThrowAwaySigner, disposingOf } from './throw-away-signer.ts';

/** What is known of a peer before it is dialled. Byte strings are copied. */
export interface KnownPeer {
  /** What the peer is called in the pin store, such as its address or its identity in z-base-32. */
  readonly name: string;
  /** 32 bytes, its Ed25519 identity. */
  readonly identity?: Uint8Array | undefined;
  /** 32 bytes, its Noise key, from a verified and fresh record. */
  readonly verifiedStatic?: Uint8Array | undefined;
  /** 32 bytes, a Noise key somebody named: an endpoint's text, a command line. Good for comparing, not for trusting. */
  readonly unverifiedStatic?: Uint8Array | undefined;
}

/** The keys of this side; borrowed. */
export interface OwnKeys {
  readonly noiseKey: KeyPair;
  /** Left out where the identity key is kept offline. */
  readonly signer?: IdentitySigner | undefined;
  /** Whether the Noise key stands in a published record, so that a peer can find out whose it is. Default true. */
  readonly published?: boolean | undefined;
}

/** How to dial. */
export interface DialOptions extends HandshakeSettings {
  readonly peer: KnownPeer;
  readonly own: OwnKeys;
  /** Pins of first contacts: with them XX trusts on first use, and the next connection uses the pin. */
  readonly pins?: PinStore | undefined;
  /** Asked about the key shown at first contact, before it is pinned; only `true` lets it be. */
  readonly verifyStatic?: ((noiseKey: Uint8Array) => boolean | Promise<boolean>) | undefined;
  /** What is switched on; everything if not given. */
  readonly policy?: PatternPolicy | undefined;
  /** The peer must not be able to recognise this side. Default false. */
  readonly anonymous?: boolean | undefined;
  /** Whether the peer must be able to answer. Default true. */
  readonly answerNeeded?: boolean | undefined;
  /** What the pattern must give, whatever is switched off. */
  readonly require?: Requirement | readonly Requirement[] | undefined;
  /** See `OptionValues`. */
  readonly padIdentity?: boolean | undefined;
}

/** A handshake that has begun in the pattern that was chosen. */
export interface Dialled {
  /** Which pattern, and why. */
  readonly selection: PolicySelection;
  /** Taken by whoever runs it. */
  readonly handshake: ProfileHandshake<AnySession>;
  readonly patternByte: number;
  /** 32 bytes, the identity the peer will see proven: the own one, a throw-away one, or none. A copy. */
  readonly shownIdentity: Uint8Array | undefined;
  /** The key the peer was known by, if it was only pinned: a peer that cuts the handshake may have changed it. */
  readonly pinnedStatic: Uint8Array | undefined;
}

/** What the options of every pattern are made of. */
interface Known {
  readonly own: OwnKeys;
  readonly signer: IdentitySigner | undefined;
  readonly remoteStatic: Uint8Array | undefined;
  readonly expectedIdentity: Uint8Array | undefined;
  readonly trust: TrustRule | undefined;
  readonly padIdentity: boolean | undefined;
}

type Given = { readonly [Name in keyof OptionValues]?: OptionValues[Name] | undefined };

/** Which of it each pattern takes. */
const OPTIONS: Readonly<Record<ProfileName, (known: Known) => Given>> = {
  IK: ({ own, signer, remoteStatic, padIdentity }) => ({
    noiseKey: own.noiseKey,
    signer,
    remoteStatic,
    padIdentity,
  }),
  'IK-raw': ({ own, remoteStatic }) => ({ noiseKey: own.noiseKey, remoteStatic }),
  N: ({ remoteStatic }) => ({ remoteStatic }),
  NN: ({ signer, expectedIdentity }) => ({ signer, expectedIdentity }),
  XX: ({ own, trust }) => ({ noiseKey: own.noiseKey, trust }),
};

/** A copy of what is known of a peer, so that nothing can change while the pin store is asked. @throws PATTERNS_KEY_LENGTH */
function copyOfPeer({ name, identity, verifiedStatic, unverifiedStatic }: KnownPeer): KnownPeer {
  if (typeof name !== 'string') throw new TypeError('the peer wants a name');
  const copy = (what: string, key: Uint8Array | undefined): Uint8Array | undefined => {
    if (key === undefined) return undefined;
    requireLength(what, key, KEY_BYTES);
    return Uint8Array.from(key);
  };
  return {
    name,
    identity: copy('identity of the peer', identity),
    verifiedStatic: copy('verified static key', verifiedStatic),
    unverifiedStatic: copy('unverified static key', unverifiedStatic),
  };
}

/** The pin of a peer (32 bytes, a copy). */
async function pinOf(name: string, pins: PinStore | undefined): Promise<Uint8Array | undefined> {
  if (pins === undefined) return undefined;
  try {
    const pin = await pins.get(name);
    if (pin === undefined) return undefined;
    requireLength('pinned key', pin.noiseKey, KEY_BYTES);
    return Uint8Array.from(pin.noiseKey);
  } catch (cause) {
    throw new PatternsError('PATTERNS_TRUST_FAILED', {}, { cause });
  }
}

/** The keys known of a peer, by where they come from, the best first. */
type KnownStatics = readonly (readonly [from: Situation['remoteKey'], key: Uint8Array])[];

/** Keys that differ are a conflict somebody has to look into. @throws PATTERNS_KEYS_DIFFER */
function knownStatics(peer: KnownPeer, pinned: Uint8Array | undefined): KnownStatics {
  const sources = [
    ['verified', peer.verifiedStatic],
    ['pinned', pinned],
    ['unverified', peer.unverifiedStatic],
  ] as const;
  const known = sources.flatMap(([from, key]) => (key === undefined ? [] : [[from, key] as const]));
  const [first, ...others] = known;
  for (const [otherFrom, other] of others) {
    if (first === undefined || equalBytes(first[1], other)) continue;
    const [knownFrom, key] = first;
    throw new PatternsError('PATTERNS_KEYS_DIFFER', {
      known: keyPrefix(key),
      knownFrom,
      other: keyPrefix(other),
      otherFrom,
    });
  }
  return known;
}

/** Everything that speaks for the key XX shows has to, whatever else it was known by; `undefined` if nothing does. */
function trustOf(
  { pins, verifyStatic }: DialOptions,
  name: string,
  expectedStatic: Uint8Array | undefined,
): TrustRule | undefined {
  if ((pins ?? expectedStatic ?? verifyStatic) === undefined) return undefined;
  const pinning = pins && { trustOnFirstUse: pins, peer: name };
  return { expectedStatic, verifyStatic, ...pinning } as TrustRule;
}

function ownIdentityOf({ signer, published = true }: OwnKeys): Situation['ownIdentity'] {
  if (signer === undefined) return published ? 'cold' : 'none';
  return published ? 'hot' : 'unpublished';
}

/**
 * Chooses the pattern for a peer and begins the handshake: XX at first contact, which pins the peer's key, and IK or
 * IK-raw with the pinned key from then on. A key that is known is demanded in every pattern, XX included.
 *
 * A pinned peer whose key has changed cannot answer IK, and cuts the handshake: only XX with the same pins shows both keys.
 *
 * @throws PATTERNS_NO_PATTERN, PATTERNS_NO_PATTERN_ALLOWED if nothing fits what is known and demanded.
 * @throws PATTERNS_KEYS_DIFFER if two keys are known of the peer, such as its pin and that of a record.
 * @throws PATTERNS_TRUST_MISSING if XX is chosen and nothing speaks for the key it will show.
 * @throws TypeError for a policy that is none, such as its settings.
 * @throws PATTERNS_TRUST_FAILED if the pin store failed, and the codes of `createProfileHandshake`.
 * @see P8 §3.13
 */
export async function dialPeer(options: DialOptions): Promise<Dialled> {
  const { policy = createPatternPolicy(), prologue, suite, require, padIdentity } = options;
  if (typeof policy?.select !== 'function') {
    throw new TypeError('policy has no method select: pass createPatternPolicy(settings), not the settings');
  }
  const peer = copyOfPeer(options.peer);
  const own = { ...options.own };
  const situation = { anonymous: options.anonymous ?? false, answerNeeded: options.answerNeeded ?? true };
  const known = knownStatics(peer, await pinOf(peer.name, options.pins));
  const [remoteKey, remoteStatic] = known[0] ?? ['unknown', undefined];
  const selection = policy.select(
    {
      ...situation,
      remoteKey,
      remoteIdentityKnown: peer.identity !== undefined,
      ownIdentity: ownIdentityOf(own),
    },
    { require, peer: peer.name },
  );
  const trust = trustOf(options, peer.name, remoteStatic);
  if (selection.pattern === 'XX' && trust === undefined) throw new PatternsError('PATTERNS_TRUST_MISSING');
  const profile = PROFILES[selection.pattern];
  const signs = (profile.options.initiator.required as readonly string[]).includes('signer');
  const throwAway = selection.throwAway && signs ? createThrowAwaySigner() : undefined;
  const signer = throwAway ?? own.signer;
  const expectedIdentity = peer.identity;
  const given = OPTIONS[selection.pattern]({
    own,
    signer,
    remoteStatic,
    expectedIdentity,
    trust,
    padIdentity,
  });
  const chosen: AnyHandshakeOptions = { profile, role: 'initiator', prologue, suite, ...given };
  const handshake = createProfileHandshake(chosen as never) as ProfileHandshake<AnySession>;
  return {
    selection,
    handshake: throwAway === undefined ? handshake : disposingOf(handshake, throwAway),
    patternByte: profile.byte,
    shownIdentity: signs && signer ? Uint8Array.from(signer.publicKey) : undefined,
    pinnedStatic: remoteKey === 'pinned' && selection.pattern !== 'XX' ? remoteStatic : undefined,
  };
}
