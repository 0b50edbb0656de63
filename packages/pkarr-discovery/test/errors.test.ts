import { describe, expect, it } from 'vitest';
import { DISCOVERY_ERRORS, reasonOf, shownKey, shownText } from '../src/errors.ts';
import { filled } from './bytes.ts';

describe('DISCOVERY_ERRORS', () => {
  it.each(Object.entries(DISCOVERY_ERRORS))('[F3] %s says what to do next', (code, row) => {
    expect(code).toMatch(/^DISCOVERY_[A-Z_]+$/);
    expect(row.nextStep).toMatch(/^[A-Z].*\.$/);
  });
});

describe('reasonOf', () => {
  it('is the code of an error, or of its cause, or "unknown"', () => {
    const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(reasonOf(refused)).toBe('ECONNREFUSED');
    expect(reasonOf(new TypeError('fetch failed', { cause: refused }))).toBe('ECONNREFUSED');
    expect(reasonOf(new TypeError('fetch failed', { cause: 'text' }))).toBe('unknown');
    expect(reasonOf(Object.assign(new Error('x'), { code: 7 }))).toBe('unknown');
    expect(reasonOf('text')).toBe('unknown');
  });
});

describe('shownText', () => {
  it('cuts, and hides what could break a line of a log', () => {
    expect(shownText('a\nb\u001b[31mü')).toBe('a?b?[31m?');
    expect(shownText('x'.repeat(1_000))).toHaveLength(96);
  });
});

describe('shownKey', () => {
  it('tells keys apart without writing them out', () => {
    expect(shownKey(filled(0))).toBe('yyyyyyyyyyyyy…');
  });
});
