import { describe, expect, it } from 'vitest';
import {
  assertValidPattern,
  BASE_PATTERNS,
  factsOf,
  findPatternProblem,
  messageOverhead,
} from '../../src/index.ts';
import { complete, connect, meet } from '../parties.ts';

/**
 * The specification's tables, copied by hand in its own notation: keys both sides bring and the length of each message
 * with empty payloads over 25519. `i:` and `r:` list static keys brought: `s` own, `rs` the peer's.
 */
const EXPECTED: Readonly<
  Record<string, readonly [initiator: string, responder: string, ...lengths: number[]]>
> = {
  N: ['rs', 's', 48],
  K: ['s rs', 's rs', 48],
  X: ['s rs', 's', 96],
  NN: ['', '', 32, 48],
  KN: ['s', 'rs', 32, 48],
  NK: ['rs', 's', 48, 48],
  KK: ['s rs', 's rs', 48, 48],
  NX: ['', 's', 32, 96],
  KX: ['s', 's rs', 32, 96],
  XN: ['s', '', 32, 48, 64],
  IN: ['s', '', 64, 48],
  XK: ['s rs', 's', 48, 48, 64],
  IK: ['s rs', 's', 96, 48],
  XX: ['s', 's', 32, 96, 64],
  IX: ['s', 's', 64, 96],
  NK1: ['rs', 's', 32, 48],
  NX1: ['', 's', 32, 96, 16],
  X1N: ['s', '', 32, 48, 64, 16],
  X1K: ['s rs', 's', 48, 48, 64, 16],
  XK1: ['s rs', 's', 32, 48, 64],
  X1K1: ['s rs', 's', 32, 48, 64, 16],
  X1X: ['s', 's', 32, 96, 64, 16],
  XX1: ['s', 's', 32, 96, 64],
  X1X1: ['s', 's', 32, 96, 64, 16],
  K1N: ['s', 'rs', 32, 48, 16],
  K1K: ['s rs', 's rs', 48, 48, 16],
  KK1: ['s rs', 's rs', 32, 48],
  K1K1: ['s rs', 's rs', 32, 48, 16],
  K1X: ['s', 's rs', 32, 96, 16],
  KX1: ['s', 's rs', 32, 96, 16],
  K1X1: ['s', 's rs', 32, 96, 16],
  I1N: ['s', '', 64, 48, 16],
  I1K: ['s rs', 's', 96, 48, 16],
  IK1: ['s rs', 's', 64, 48],
  I1K1: ['s rs', 's', 64, 48, 16],
  I1X: ['s', 's', 64, 96, 16],
  IX1: ['s', 's', 64, 96, 16],
  I1X1: ['s', 's', 64, 96, 16],
};

describe('BASE_PATTERNS', () => {
  it('has the three one-way, twelve fundamental and twenty-three deferred patterns', () => {
    expect(Object.keys(BASE_PATTERNS).sort()).toEqual(Object.keys(EXPECTED).sort());
    expect(Object.keys(BASE_PATTERNS)).toHaveLength(38);
  });

  it.each(Object.entries(BASE_PATTERNS))('%s is named by its key and keeps every rule', (name, pattern) => {
    expect(pattern.name).toBe(name);
    expect(findPatternProblem(pattern)).toBeUndefined();
    expect(() => assertValidPattern(pattern)).not.toThrow();
  });

  it.each(Object.entries(EXPECTED))(
    '%s has the facts of the specification',
    (name, [initiator, responder, ...lengths]) => {
      const facts = factsOf(BASE_PATTERNS[name]!);
      const keys = (text: string) => ({
        s: /\bs\b/.test(text),
        rs: /\brs\b/.test(text),
        e: false,
        re: false,
      });
      expect(facts.keys).toEqual({ initiator: keys(initiator), responder: keys(responder) });
      expect(facts.messages.map((message) => messageOverhead(message, 32))).toEqual(lengths);
      expect(facts.oneWay).toBe(name.length === 1);
      expect(facts.psks).toBe(0);
    },
  );

  it.each(Object.entries(EXPECTED))('%s sends messages of these lengths', (name, [, , ...lengths]) => {
    const exchanges = complete(meet(BASE_PATTERNS[name]!));
    expect(exchanges.map(({ message }) => message.length)).toEqual(lengths);
    expect(exchanges.map(({ overhead }) => overhead)).toEqual(lengths);
    expect(exchanges.map(({ sender }) => sender)).toEqual(
      lengths.map((_, index) => (index % 2 === 0 ? 'initiator' : 'responder')),
    );
  });

  it('ends in transports that understand each other', () => {
    for (const pattern of Object.values(BASE_PATTERNS)) {
      const { initiator, responder } = connect(pattern);
      expect(responder.decrypt(initiator.encrypt(Uint8Array.of(1, 2)))).toEqual(Uint8Array.of(1, 2));
      if (factsOf(pattern).oneWay) continue;
      expect(initiator.decrypt(responder.encrypt(Uint8Array.of(3)))).toEqual(Uint8Array.of(3));
    }
  });
});
