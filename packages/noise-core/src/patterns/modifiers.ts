import { NoiseError } from '../errors.ts';
import type { HandshakePattern, KeyToken, Token } from './pattern.ts';

/** Message number of a tuple index: psk1 is at the end of the first message. */
type MessageNumber = { '0': 1; '1': 2; '2': 3; '3': 4; '4': 5 };

type WithPskTokens<
  Tokens extends readonly Token[],
  Index,
  Position extends number,
> = Index extends keyof MessageNumber
  ? readonly [
      ...(Index extends '0' ? (0 extends Position ? ['psk'] : []) : []),
      ...Tokens,
      ...(MessageNumber[Index] extends Position ? ['psk'] : []),
    ]
  : readonly Token[];

type WithPskMessages<Messages extends HandshakePattern['messages'], Position extends number> = {
  readonly [Index in keyof Messages]: number extends Position
    ? readonly Token[]
    : WithPskTokens<Messages[Index], Index, Position>;
};

/** The type of {@link withPsk}'s result: the same messages with `psk` where the positions say. */
export interface PskPattern<Pattern extends HandshakePattern, Position extends number>
  extends HandshakePattern {
  readonly preMessages: Pattern['preMessages'];
  readonly messages: WithPskMessages<Pattern['messages'], Position>;
}

/**
 * Adds pre-shared keys: position 0 is before the first token, position n at the end of message n.
 *
 * @param positions Distinct, ascending, each from 0 to the number of messages (inclusive).
 * @throws NOISE_PATTERN_INVALID on any other positions.
 * @see Noise revision 34, §9
 * @example
 * ```ts
 * import { withPsk, XX } from '@pubky-paykit/noise-core';
 * const XXpsk3 = withPsk(XX, 3);
 * ```
 */
export function withPsk<const Pattern extends HandshakePattern, const Positions extends readonly number[]>(
  pattern: Pattern,
  ...positions: Positions
): PskPattern<Pattern, Positions[number]> {
  const refuse = (reason: string) =>
    new NoiseError('NOISE_PATTERN_INVALID', { pattern: pattern.name, reason });
  if (positions.length === 0) throw refuse('no position for the pre-shared key is given');
  positions.forEach((position, index) => {
    if (!Number.isInteger(position) || position < 0 || position > pattern.messages.length) {
      throw refuse(`psk${position} is outside of its ${pattern.messages.length} messages`);
    }
    if (index > 0 && position <= (positions[index - 1] as number)) {
      throw refuse('psk modifiers are not distinct and ascending');
    }
  });
  if (pattern.messages.some((tokens) => (tokens as readonly Token[]).includes('psk'))) {
    throw refuse('it has pre-shared keys already');
  }
  const messages = pattern.messages.map((tokens, index): readonly Token[] => [
    ...(index === 0 && positions.includes(0) ? (['psk'] as const) : []),
    ...tokens,
    ...(positions.includes(index + 1) ? (['psk'] as const) : []),
  ]);
  const result: HandshakePattern = {
    name: appendModifiers(
      pattern.name,
      positions.map((position) => `psk${position}`),
    ),
    preMessages: pattern.preMessages,
    messages,
  };
  return result as PskPattern<Pattern, Positions[number]>;
}

type Swapped<T> = T extends 'es' ? 'se' : T extends 'se' ? 'es' : T;
type SwappedTokens<Tokens> = { readonly [Index in keyof Tokens]: Swapped<Tokens[Index]> };
type SwappedMessages<Messages> = { readonly [Index in keyof Messages]: SwappedTokens<Messages[Index]> };

/** The type of {@link fallback}'s result. */
export interface FallbackPattern<Pattern extends HandshakePattern> extends HandshakePattern {
  readonly preMessages: readonly [
    Pattern['preMessages'][1],
    Pattern['messages'] extends readonly [infer First extends readonly KeyToken[], ...unknown[]]
      ? readonly [...Pattern['preMessages'][0], ...First]
      : readonly KeyToken[],
  ];
  readonly messages: Pattern['messages'] extends readonly [unknown, ...infer Rest]
    ? SwappedMessages<Rest> extends readonly (readonly Token[])[]
      ? SwappedMessages<Rest>
      : never
    : readonly (readonly Token[])[];
}

const SWAPPED: Partial<Record<Token, Token>> = { es: 'se', se: 'es' };

/**
 * Turns the first message into a pre-message, so that the former responder may begin. The side that speaks first in
 * the result is its `initiator`: roles swap, and `es` and `se` with them.
 *
 * @throws NOISE_PATTERN_INVALID unless the first message is `e`, `s` or `e, s` and others follow.
 * @see Noise revision 34, §10.2
 * @example
 * ```ts
 * import { fallback, XX } from '@pubky-paykit/noise-core';
 * const XXfallback = fallback(XX);
 * ```
 */
export function fallback<const Pattern extends HandshakePattern>(pattern: Pattern): FallbackPattern<Pattern> {
  const [first, ...rest] = pattern.messages as HandshakePattern['messages'];
  const refuse = (reason: string) =>
    new NoiseError('NOISE_PATTERN_INVALID', { pattern: pattern.name, reason });
  if (first === undefined || rest.length === 0) throw refuse('fallback needs at least two messages');
  if (!first.every((token): token is KeyToken => token === 'e' || token === 's')) {
    throw refuse('fallback needs a first message of public keys only');
  }
  const [initiator, responder] = pattern.preMessages;
  const result: HandshakePattern = {
    name: appendModifiers(pattern.name, ['fallback']),
    preMessages: [responder, [...initiator, ...first]],
    messages: rest.map((tokens) => tokens.map((token) => SWAPPED[token] ?? token)),
  };
  return result as FallbackPattern<Pattern>;
}

/** Base names are upper case and digits, so the first modifier follows without a plus. §8 */
function appendModifiers(name: string, modifiers: readonly string[]): string {
  const hasModifiers = /[a-z]/.test(name);
  return `${name}${hasModifiers ? '+' : ''}${modifiers.join('+')}`;
}
