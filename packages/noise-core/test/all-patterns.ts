import fc from 'fast-check';
import { BASE_PATTERNS, fallback, findPatternProblem, type HandshakePattern, withPsk } from '../src/index.ts';

/** The pattern itself and with pre-shared keys in every set of positions. */
function withEveryPsk(pattern: HandshakePattern): HandshakePattern[] {
  const places = Array.from({ length: pattern.messages.length + 1 }, (_, position) => position);
  const sets = Array.from({ length: 2 ** places.length }, (_, set) =>
    places.filter((position) => (set >> position) & 1),
  );
  return sets.map((positions) => (positions.length === 0 ? pattern : withPsk(pattern, ...positions)));
}

function canFallBack({ messages }: HandshakePattern): boolean {
  return messages.length > 1 && messages[0]!.every((token) => token === 'e' || token === 's');
}

const BASES = Object.values(BASE_PATTERNS);

/** Every base pattern, its fallback where there is one, and all legal pre-shared keys on top. */
export const ALL_PATTERNS: readonly HandshakePattern[] = [
  ...BASES,
  ...BASES.filter(canFallBack).map((pattern): HandshakePattern => fallback(pattern)),
]
  .flatMap(withEveryPsk)
  .filter((pattern) => findPatternProblem(pattern) === undefined);

export const anyPattern: fc.Arbitrary<HandshakePattern> = fc.constantFrom(...ALL_PATTERNS);
