import { encodeUtf8 } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonDecimal, type JsonValue, jsonEquals, parseJson, stringifyJson } from '../../src/index.ts';
import { jsonValues } from '../fixtures.ts';

const bounds = { maxDepth: 64, maxBytes: 1_000_000 };

/** What JSON.parse would have made of it. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonDecimal || typeof value === 'bigint') return Number(String(value));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    Object.defineProperty(result, name, {
      value: plain(member),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}

describe('parseJson', () => {
  it('agrees with JSON.parse on JSON without repeated names', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'grapheme' }), fc.constantFrom(0, 1, '\t'), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        expect(plain(parseJson(encodeUtf8(spaced)))).toStrictEqual(JSON.parse(spaced));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes nothing that JSON.parse refuses', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      'u',
      '0',
      '1',
      '-',
      '.',
      'e',
      'a',
      ' ',
      'null',
      '"a"',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let value: JsonValue;
        try {
          value = parseJson(encodeUtf8(text));
        } catch {
          return;
        }
        expect(plain(value)).toStrictEqual(JSON.parse(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('stringifyJson', () => {
  it('is inverted by parseJson, and does not depend on the order of members', () => {
    fc.assert(
      fc.property(jsonValues, (value) => {
        const text = stringifyJson(value, 'metadata', bounds);
        const read = parseJson(encodeUtf8(text));
        expect(read).toEqual(value);
        expect(jsonEquals(read, value)).toBe(true);
        expect(stringifyJson(read, 'metadata', bounds)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});
