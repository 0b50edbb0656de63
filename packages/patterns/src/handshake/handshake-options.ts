import type { Role, Suite } from '@pubky-paykit/noise-core';
import { blake2s } from '@pubky-paykit/noise-core/blake2s';
import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import { isLowOrder } from '@pubky-paykit/primitives/x25519';
import { KEY_BYTES, SUITE_NAME } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import type { OptionName, OptionValues, Profile } from '../profiles/profile.ts';
import { belongsToZeroSecret } from '../rules/weak-keys.ts';
import { checkShapes } from './option-shapes.ts';

/** What every handshake may be told. */
export interface HandshakeSettings {
  /** Text, or at most 1 024 bytes; copied. Both sides must use the same. Default `pubky-noise-v1`. */
  readonly prologue?: Uint8Array | string | undefined;
  /** Other backends of 25519_ChaChaPoly_BLAKE2s; any other suite is refused (W-12). */
  readonly suite?: Suite | undefined;
}

type RequiredNames<Chosen extends Profile, Self extends Role> = Chosen['options'][Self]['required'][number];
type OptionalNames<Chosen extends Profile, Self extends Role> = Chosen['options'][Self]['optional'][number];

/**
 * The options of one side of a profile, computed from its table: forgetting the trust rule of XX does not compile, and
 * neither does passing an identity allow list to IK-raw, which proves no identity.
 */
export type ProfileOptions<Chosen extends Profile, Self extends Role> =
  OptionName extends RequiredNames<Chosen, Self>
    ? { readonly [Name in OptionName]?: OptionValues[Name] | undefined }
    : { readonly [Name in RequiredNames<Chosen, Self>]: OptionValues[Name] } & {
        readonly [Name in OptionalNames<Chosen, Self>]?: OptionValues[Name] | undefined;
      } & {
        readonly [Name in Exclude<
          OptionName,
          RequiredNames<Chosen, Self> | OptionalNames<Chosen, Self>
        >]?: never;
      };

/** Options of one side, for a profile known at compile time or, without type arguments, only at run time. */
export type HandshakeOptions<
  Chosen extends Profile = Profile,
  Self extends Role = Role,
> = HandshakeSettings & {
  readonly profile: Chosen;
  readonly role: Self;
} & ProfileOptions<Chosen, Self>;

/** Options of a profile that is known only at run time. */
export type AnyHandshakeOptions = HandshakeSettings & {
  readonly profile: Profile;
  readonly role: Role;
} & { readonly [Name in OptionName]?: OptionValues[Name] | undefined };

const DEFAULT_SUITE: Suite = { dh: x25519, cipher: chachaPoly, hash: blake2s };

/** Every option there is, so that one that does not belong to a profile is found. */
const OPTION_NAMES: Readonly<Record<OptionName, true>> = {
  noiseKey: true,
  formerNoiseKeys: true,
  remoteStatic: true,
  signer: true,
  expectedIdentity: true,
  trust: true,
  padIdentity: true,
  allowIdentity: true,
  allowStatic: true,
  replayCache: true,
};

/** @throws PATTERNS_SUITE_REFUSED unless the backends make the one suite of 0.8 (W-12). */
export function checkedSuite(suite: Suite = DEFAULT_SUITE): Suite {
  if (`${suite.dh.name}_${suite.cipher.name}_${suite.hash.name}` !== SUITE_NAME) {
    throw new PatternsError('PATTERNS_SUITE_REFUSED', { expected: SUITE_NAME });
  }
  return suite;
}

/** What the types say, once more for callers without types: a missing rule and an ignored one are both dangerous. */
function checkNames(options: AnyHandshakeOptions): void {
  const { profile, role } = options;
  const { required, optional } = profile.options[role];
  for (const name of Object.keys(OPTION_NAMES) as OptionName[]) {
    const given = options[name] !== undefined;
    if (!given && required.includes(name)) {
      throw new TypeError(`${profile.name} wants the option ${name} at the ${role}`);
    }
    if (given && !required.includes(name) && !optional.includes(name)) {
      throw new TypeError(`${profile.name} has no option ${name} at the ${role}`);
    }
  }
}

/**
 * Checks names, kinds, lengths and weak keys before anything is signed or sent.
 *
 * @throws TypeError for an option that is missing, of another kind, or does not belong to the profile.
 * @throws PATTERNS_WEAK_KEY, PATTERNS_KEY_LENGTH
 */
export function checkOptions(options: AnyHandshakeOptions): void {
  checkNames(options);
  checkShapes(options);
  const { noiseKey, formerNoiseKeys = [], remoteStatic, expectedIdentity } = options;
  const ownKeys = noiseKey === undefined ? [] : [noiseKey, ...formerNoiseKeys];
  if (ownKeys.some(({ publicKey }) => belongsToZeroSecret(publicKey))) {
    throw new PatternsError('PATTERNS_WEAK_KEY', { key: 'local static' });
  }
  if (remoteStatic !== undefined) {
    requireLength('remote static key', remoteStatic, KEY_BYTES);
    if (isLowOrder(remoteStatic)) throw new PatternsError('PATTERNS_WEAK_KEY', { key: 'remote static' });
  }
  if (expectedIdentity !== undefined) requireLength('expected identity', expectedIdentity, KEY_BYTES);
}
