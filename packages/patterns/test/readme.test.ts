import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PATTERNS_ERRORS } from '../src/errors.ts';

const PAGE = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** What the page says of errors, an item a number. */
const ITEMS = (PAGE.split('## Errors\n')[1] ?? '').split('\n## ')[0]?.split('\n- ') ?? [];

/** Every code in the list of errors, with the number of its item. */
const NAMED = ITEMS.flatMap((item) => {
  const [, number, codes] = /^\*\*(\d+|none)\*\*: (.*)$/s.exec(item) ?? [];
  const names = [...(codes ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
  return names.map((name) => [name, number === 'none' ? undefined : Number(number)] as const);
});

describe('README.md', () => {
  it('names every error code once, by its number of N8 §9.1', () => {
    const codes = Object.entries(PATTERNS_ERRORS).map(
      ([code, row]) => [code, 'wireCode' in row ? row.wireCode : undefined] as const,
    );
    expect(NAMED.map(([code]) => code).sort()).toEqual(codes.map(([code]) => code).sort());
    expect(Object.fromEntries(NAMED)).toEqual(Object.fromEntries(codes));
  });
});
