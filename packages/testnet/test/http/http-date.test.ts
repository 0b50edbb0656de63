import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { formatHttpDate, parseHttpDate, wholeSeconds } from '../../src/http/http-date.ts';

describe('formatHttpDate', () => {
  it('writes what parseHttpDate reads, in whole seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (timeMs) => {
        expect(parseHttpDate(formatHttpDate(timeMs))).toBe(wholeSeconds(timeMs));
      }),
      { numRuns: effort(1_000) },
    );
  });
});

describe('parseHttpDate', () => {
  it.each([
    undefined,
    '',
    'now',
    'Thu, 31 Feb 2026 12:00:00 GMT',
    'Fri, 15 Jan 2026 12:00:00 GMT',
    'Thu, 15 Jan 2026 25:00:00 GMT',
    'Thursday, 15-Jan-26 12:00:00 GMT',
    'Thu, 15 Jan 2026 12:00:00 +0000',
    '2026-01-15T12:00:00Z',
  ])('takes %j for no date', (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  });

  it('finds nothing but dates in any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const timeMs = parseHttpDate(text);
        if (timeMs !== undefined) expect(formatHttpDate(timeMs)).toBe(text);
      }),
      { numRuns: effort(500) },
    );
  });
});
