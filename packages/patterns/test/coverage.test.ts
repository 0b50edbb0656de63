import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const PAGE = readFileSync(new URL('COVERAGE.md', import.meta.url), 'utf8');
/** The first cell of every row. */
const FIRST_CELLS = PAGE.split('\n').flatMap((line) =>
  line.startsWith('| ') ? [line.split('|')[1] ?? ''] : [],
);

/** The greatest number of each series of N8 §11 and §13. */
const SERIES: Readonly<Record<string, number>> = {
  AD: 5,
  CK: 13,
  SR: 4,
  SI: 1,
  IV: 1,
  IP: 9,
  IT: 10,
  PT: 12,
  KD: 5,
  MI: 9,
  SQ: 1,
  SC: 18,
  FC: 17,
  FR: 21,
  FS: 1,
  PK: 11,
  A: 17,
  W: 48,
};
/** N8 leaves this number out. */
const UNUSED = ['W-39'];

/** The ids of a series that the first cells name, ranges written out. */
function named(series: string): Set<string> {
  const ids = new Set<string>();
  const pattern = new RegExp(`(?<![\\w-]|P8 )${series}-(\\d+)(?: to ${series}-(\\d+))?`, 'g');
  for (const cell of FIRST_CELLS) {
    for (const [, first, last] of cell.matchAll(pattern)) {
      for (let at = Number(first); at <= Number(last ?? first); at++) ids.add(`${series}-${at}`);
    }
  }
  return ids;
}

describe('COVERAGE.md', () => {
  it.each(Object.entries(SERIES))('names every id of the series %s', (series, last) => {
    const all = Array.from({ length: last }, (_, at) => `${series}-${at + 1}`);
    const ids = named(series);
    expect(all.filter((id) => !ids.has(id) && !UNUSED.includes(id))).toEqual([]);
    expect([...ids].filter((id) => !all.includes(id))).toEqual([]);
  });

  it('names the weaknesses of P8 that concern handshakes', () => {
    for (const number of ['04', '05', '06', '12', '13', '14', '15', '16', '17', '54', '58', '59']) {
      expect(FIRST_CELLS.some((cell) => cell.includes(`P8 W-${number}`))).toBe(true);
    }
  });

  it('names only tests that exist', () => {
    const names = [...PAGE.matchAll(/`([\w./-]+\.test(?:-d)?\.ts)`/g)].map(([, name]) => name as string);
    const here = readdirSync(new URL('.', import.meta.url), { recursive: true }).map(String);
    const exists = (name: string) =>
      name.includes('/')
        ? existsSync(new URL(`../../${name}`, import.meta.url))
        : here.some((file) => file.split(/[\\/]/).at(-1) === name);
    const missing = names.filter((name) => !exists(name));
    expect([...new Set(missing)]).toEqual([]);
    expect(names.length).toBeGreaterThan(100);
  });
});
