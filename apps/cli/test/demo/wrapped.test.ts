import { describe, expect, it } from 'vitest';
import { wrapped } from '../../src/demo/wrapped.ts';

describe('wrapped', () => {
  it('breaks at spaces, and indents every line but the first', () => {
    expect(wrapped('one two three four', 9, '  ')).toBe('one two\n  three\n  four\n');
  });

  it('leaves a word that is too long in a line of its own', () => {
    expect(wrapped('a wonderfully b', 5, '')).toBe('a\nwonderfully\nb\n');
  });

  it('leaves a short text alone', () => {
    expect(wrapped('short', 90, '  ')).toBe('short\n');
  });
});
