import { describe, expect, it } from 'vitest';
import { contentEtag, formatEtag, parseEtag } from '../../src/wire/index.ts';

describe('contentEtag', () => {
  it('is the base 64 of the BLAKE3 hash', () => {
    // The hash of nothing, of the BLAKE3 test vectors.
    const empty = Buffer.from('af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262', 'hex');
    expect(contentEtag(new Uint8Array())).toBe(empty.toString('base64'));
  });
});

describe('parseEtag', () => {
  it('takes the quotes off, and keeps the mark of a weak one', () => {
    expect(parseEtag(formatEtag('abc+/='))).toBe('abc+/=');
    expect(parseEtag('W/"abc"')).toBe('W/abc');
  });

  it('finds nothing in what is none', () => {
    for (const header of [
      null,
      undefined,
      '',
      'abc',
      '"',
      '""',
      '"a\u0000"',
      `"${'a'.repeat(257)}"`,
      '"a""b"',
    ]) {
      expect(parseEtag(header)).toBeUndefined();
    }
  });
});
