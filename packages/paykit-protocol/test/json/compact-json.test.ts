import { describe, expect, it } from 'vitest';
import { JsonDecimal, type JsonValue, stringifyJson } from '../../src/index.ts';
import { thrown } from '../fixtures.ts';

const write = (value: unknown, maxDepth = 8, maxBytes = 2_000) =>
  stringifyJson(value as JsonValue, 'metadata', { maxDepth, maxBytes });
const problem = (value: unknown) => thrown(() => write(value)).context['problem'];

describe('stringifyJson', () => {
  it('sorts members by their UTF-8 bytes, as the reference does', () => {
    expect(write({ b: 1, a: 2, '10': 3, '9': 4, '': 5, '\u{1f600}': 6, '\uffee': 7, ab: 8 })).toBe(
      '{"":5,"10":3,"9":4,"a":2,"ab":8,"b":1,"\uffee":7,"\u{1f600}":6}',
    );
  });

  it('writes every form of a number with all its digits', () => {
    expect(write([1, -1.5, 2n ** 64n, new JsonDecimal('1.0'), 1e-7])).toBe(
      '[1,-1.5,18446744073709551616,1.0,1e-7]',
    );
  });

  it.each([
    ['an unsafe integer', 2 ** 53, 'out-of-range'],
    ['NaN', Number.NaN, 'out-of-range'],
    ['infinity', Number.POSITIVE_INFINITY, 'out-of-range'],
    ['an integer that is too long', 10n ** 64n, 'out-of-range'],
    ['a decimal that is none', new JsonDecimal('1,"x":2'), 'out-of-range'],
    ['undefined', undefined, 'not-json'],
    ['a member that is undefined', { a: undefined }, 'not-json'],
    ['a hole in an array', new Array(2), 'not-json'],
    ['a function', () => 1, 'not-json'],
    ['a symbol', Symbol('x'), 'not-json'],
    ['a date', new Date(0), 'not-json'],
    ['a map', new Map(), 'not-json'],
    ['bytes', new Uint8Array(2), 'not-json'],
    ['a lone surrogate', 'a\ud800', 'lone-surrogate'],
    ['a name with a lone surrogate', { '\ud800': 1 }, 'lone-surrogate'],
    ['a name that is too long', { ['n'.repeat(1025)]: 1 }, 'too-long'],
    ['too much text', 'é'.repeat(1_100), 'too-long'],
  ])('refuses %s', (_, value, expected) => {
    expect(problem(value)).toBe(expected);
  });

  it('stops at a cycle and at an object that is shared on many levels', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(problem(cycle)).toBe('too-deep');
    let shared: unknown = 0;
    for (let i = 0; i < 40; i++) shared = [shared, shared];
    expect(thrown(() => write(shared, 64)).context['problem']).toBe('too-long');
  });
});
