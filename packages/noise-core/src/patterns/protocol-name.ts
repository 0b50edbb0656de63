import { MAX_PROTOCOL_NAME_BYTES } from '../constants.ts';
import { NoiseError } from '../errors.ts';
import type { Cipher, DiffieHellman, Hash } from '../suite.ts';
import { fallback, withPsk } from './modifiers.ts';
import type { HandshakePattern } from './pattern.ts';

/** The parts of a Noise protocol name, none changed: formatting a parsed name gives the same text. */
export interface ProtocolName {
  /** Base pattern: upper-case letters and digits, such as `XX1`. */
  readonly pattern: string;
  /** Modifiers in order, such as `['fallback', 'psk0']`. */
  readonly modifiers: readonly string[];
  readonly dh: DiffieHellman['name'];
  readonly cipher: Cipher['name'];
  readonly hash: Hash['name'];
}

const DH_NAMES: readonly DiffieHellman['name'][] = ['25519', '448'];
const CIPHER_NAMES: readonly Cipher['name'][] = ['ChaChaPoly', 'AESGCM'];
const HASH_NAMES: readonly Hash['name'][] = ['SHA256', 'SHA512', 'BLAKE2s', 'BLAKE2b'];

const PATTERN_SECTION = /^([A-Z][A-Z0-9]*)((?:[a-z][a-z0-9]*)(?:\+[a-z][a-z0-9]*)*)?$/;

function refuse(reason: string): Error {
  return new NoiseError('NOISE_NAME_INVALID', { reason });
}

function oneOf<Name extends string>(names: readonly Name[], text: string | undefined, what: string): Name {
  const found = names.find((name) => name === text);
  if (found === undefined) throw refuse(`its ${what} is not one of ${names.join(', ')}`);
  return found;
}

/**
 * Parses a protocol name.
 *
 * @throws NOISE_NAME_INVALID if it is longer than 255 bytes, has other than five sections, or an unknown part.
 * @see Noise revision 34, §8
 * @example
 * ```ts
 * import { parseProtocolName } from '@pubky-paykit/noise-core';
 * parseProtocolName('Noise_XXpsk3_25519_ChaChaPoly_BLAKE2s').modifiers; // ['psk3']
 * ```
 */
export function parseProtocolName(text: string): ProtocolName {
  if (text.length > MAX_PROTOCOL_NAME_BYTES)
    throw refuse(`it is longer than ${MAX_PROTOCOL_NAME_BYTES} bytes`);
  const sections = text.split('_');
  if (sections.length !== 5 || sections[0] !== 'Noise') throw refuse('it has not the form Noise_…_…_…_…');
  const [, pattern, modifiers] = PATTERN_SECTION.exec(sections[1] as string) ?? [];
  if (pattern === undefined) throw refuse('its pattern is not upper case with modifiers in lower case');
  return {
    pattern,
    modifiers: modifiers === undefined ? [] : modifiers.split('+'),
    dh: oneOf(DH_NAMES, sections[2], 'Diffie-Hellman function'),
    cipher: oneOf(CIPHER_NAMES, sections[3], 'cipher'),
    hash: oneOf(HASH_NAMES, sections[4], 'hash function'),
  };
}

/** Writes a protocol name; the inverse of {@link parseProtocolName}. */
export function formatProtocolName(name: ProtocolName): string {
  return `Noise_${name.pattern}${name.modifiers.join('+')}_${name.dh}_${name.cipher}_${name.hash}`;
}

const PSK_MODIFIER = /^psk(0|[1-9][0-9]*)$/;

/**
 * Builds the pattern a name asks for, modifiers applied from left to right.
 *
 * @param bases Where base patterns are looked up: `BASE_PATTERNS`, or a few of your own.
 * @throws NOISE_NAME_INVALID if the base pattern or a modifier is unknown.
 * @throws NOISE_PATTERN_INVALID if a modifier does not fit the pattern.
 */
export function patternOf(
  name: Pick<ProtocolName, 'pattern' | 'modifiers'>,
  bases: Readonly<Record<string, HandshakePattern>>,
): HandshakePattern {
  let pattern = Object.hasOwn(bases, name.pattern) ? bases[name.pattern] : undefined;
  if (pattern === undefined) throw refuse(`the pattern ${name.pattern} is unknown`);
  // Consecutive psk modifiers are one step: their positions all count from the pattern without any of them.
  let positions: number[] = [];
  for (const modifier of [...name.modifiers, undefined]) {
    const position = modifier === undefined ? undefined : PSK_MODIFIER.exec(modifier)?.[1];
    if (position !== undefined) {
      positions.push(Number(position));
      continue;
    }
    if (positions.length > 0) pattern = withPsk(pattern, ...positions);
    positions = [];
    if (modifier === 'fallback') pattern = fallback(pattern);
    else if (modifier !== undefined) throw refuse(`the modifier ${modifier} is unknown`);
  }
  return pattern;
}
