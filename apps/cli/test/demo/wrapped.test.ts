import { describe, expect, it } from 'vitest';
import { wrapped } from '../../src/demo/wrapped.ts';

describe('wrapped', () => {
  it('breaks at spaces', () => {
    expect(wrapped('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  });

  it('leaves a word that is too long in a line of its own', () => {
    expect(wrapped('a wonderfully b', 5)).toEqual(['a', 'wonderfully', 'b']);
  });

  it('leaves a short text alone', () => {
    expect(wrapped('short', 90)).toEqual(['short']);
  });
});
