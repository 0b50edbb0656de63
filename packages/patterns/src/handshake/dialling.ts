import type { KeyPair } from '@pubky-paykit/noise-core';
import { equalBytes, systemRandom, wipe } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { createIdentitySigner, type IdentitySigner } from '../identity/identity-signer.ts';
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
  /** 32 bytes, the identity the peer will see proven: the own one, a throw-away one, or none. */
  readonly shownIdentity: Uint8Array | undefined;
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

/** Signs once, for an identity nobody will ever see again. */
function throwAwaySigner(): IdentitySigner {
  const seed = systemRandom.bytes(KEY_BYTES);
  const signer = createIdentitySigner(seed);
  wipe(seed);
  return {
    publicKey: signer.publicKey,
    async sign(message) {
      try {
        return await signer.sign(message);
      } finally {
        signer.destroy();
      }
    },
  };
}

/** The pin of a peer. A key that is known otherwise and differs from it is a conflict somebody has to look into. */
async function pinOf({ peer, pins }: DialOptions): Promise<Uint8Array | undefined> {
  if (pins === undefined) return undefined;
  let pinned: Uint8Array | undefined;
  try {
    const pin = await pins.get(peer.name);
    if (pin !== undefined) requireLength('pinned key', pin.noiseKey, KEY_BYTES);
    pinned = pin?.noiseKey;
  } catch (cause) {
    throw new PatternsError('PATTERNS_TRUST_FAILED', {}, { cause });
  }
  const told = peer.verifiedStatic ?? peer.unverifiedStatic;
  if (pinned !== undefined && told !== undefined && !equalBytes(pinned, told)) {
    const context = { pinned: keyPrefix(pinned), presented: keyPrefix(told) };
    throw new PatternsError('PATTERNS_PIN_CHANGED', context);
  }
  return pinned;
}

/** Everything that speaks for a new key has to; `undefined` if nothing does. */
function trustOf({ peer, pins, verifyStatic }: DialOptions): TrustRule | undefined {
  const { name, unverifiedStatic: expectedStatic } = peer;
  if ((pins ?? expectedStatic ?? verifyStatic) === undefined) return undefined;
  const pinned = pins && { trustOnFirstUse: pins, peer: name };
  return { expectedStatic, verifyStatic, ...pinned } as TrustRule;
}

function situationOf(options: DialOptions, pinned: Uint8Array | undefined): Situation {
  const { peer, own, anonymous = false, answerNeeded = true } = options;
  const { verifiedStatic, unverifiedStatic, identity } = peer;
  const knowledge = [
    [verifiedStatic, 'verified'],
    [pinned, 'pinned'],
    [unverifiedStatic, 'unverified'],
  ] as const;
  const cold = own.published === false ? 'none' : 'cold';
  return {
    remoteKey: knowledge.find(([key]) => key !== undefined)?.[1] ?? 'unknown',
    remoteIdentityKnown: identity !== undefined,
    ownIdentity: own.signer === undefined ? cold : 'hot',
    anonymous,
    answerNeeded,
  };
}

/**
 * Chooses the pattern for a peer and begins the handshake: XX at first contact, which pins the peer's key, and IK or
 * IK-raw with the pinned key from then on.
 *
 * @throws PATTERNS_NO_PATTERN, PATTERNS_NO_PATTERN_ALLOWED if nothing fits what is known and demanded.
 * @throws PATTERNS_PIN_CHANGED if the peer's pin differs from the key it is dialled with.
 * @throws PATTERNS_TRUST_FAILED if the pin store failed, and the codes of `createProfileHandshake`.
 * @see P8 §3.13
 */
export async function dialPeer(options: DialOptions): Promise<Dialled> {
  const { peer, own, policy = createPatternPolicy(), prologue, suite, require } = options;
  const pinned = await pinOf(options);
  const situation = situationOf(options, pinned);
  const selection = policy.select(situation, { require, peer: peer.name });
  const profile = PROFILES[selection.pattern];
  const signs = (profile.options.initiator.required as readonly string[]).includes('signer');
  const signer = selection.throwAway && signs ? throwAwaySigner() : own.signer;
  const trust = trustOf(options);
  if (selection.pattern === 'XX' && trust === undefined) {
    throw new PatternsError('PATTERNS_NO_PATTERN', {
      missing: 'a reason to trust a new key (pins or verifyStatic)',
      remoteKey: situation.remoteKey,
    });
  }
  const given = OPTIONS[selection.pattern]({
    own,
    signer,
    remoteStatic: peer.verifiedStatic ?? pinned,
    expectedIdentity: peer.identity,
    trust,
    padIdentity: options.padIdentity,
  });
  const chosen: AnyHandshakeOptions = { profile, role: 'initiator', prologue, suite, ...given };
  return {
    selection,
    handshake: createProfileHandshake(chosen as never) as ProfileHandshake<AnySession>,
    patternByte: profile.byte,
    shownIdentity: signs ? signer?.publicKey : undefined,
  };
}
