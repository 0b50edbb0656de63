import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import {
  PATTERN_BYTES,
  PROFILE_NAMES,
  type ProfileName,
  parseProfileName,
  profileOfByte,
} from '../../src/profiles/pattern-names.ts';
import { thrownBy } from '../bytes.ts';

/** N8 §1.3, P8 §3.1. */
const TABLE: readonly (readonly [ProfileName, number, readonly string[]])[] = [
  ['IK', 0x00, ['ik']],
  ['IK-raw', 0x01, ['ik-raw', 'ikraw', 'ik_raw']],
  ['N', 0x02, ['n']],
  ['NN', 0x03, ['nn']],
  ['XX', 0x04, ['xx']],
];

describe('PATTERN_BYTES', () => {
  it('is the table of N8 §1.3 [S3.1]', () => {
    expect(Object.entries(PATTERN_BYTES)).toEqual(TABLE.map(([name, byte]) => [name, byte]));
    expect(PROFILE_NAMES).toEqual(TABLE.map(([name]) => name));
  });

  it('agrees with the records of the profiles', () => {
    for (const [name, byte] of TABLE) expect(PROFILES[name]).toMatchObject({ name, byte });
  });
});

describe('profileOfByte', () => {
  it('knows five bytes of the 256 [S3.1]', () => {
    const known = Array.from({ length: 256 }, (_, byte) => profileOfByte(byte));
    expect(known.slice(0, 5)).toEqual(TABLE.map(([name]) => name));
    expect(known.slice(5).every((name) => name === undefined)).toBe(true);
  });

  it('knows nothing that is no byte', () => {
    for (const value of [-1, 256, 0.5, Number.NaN, '0', null, undefined]) {
      expect(profileOfByte(value as number)).toBeUndefined();
    }
  });
});

describe('parseProfileName', () => {
  for (const [name, , spellings] of TABLE) {
    for (const spelling of spellings) {
      it(`reads ${spelling}, in any case, as ${name}`, () => {
        const capital = spelling.charAt(0).toUpperCase() + spelling.slice(1);
        for (const text of [spelling, spelling.toUpperCase(), capital])
          expect(parseProfileName(text)).toBe(name);
      });
    }
    it(`reads the name ${name} that is shown`, () => {
      expect(parseProfileName(name)).toBe(name);
    });
  }

  const unknown = [
    ...[
      '',
      ' ',
      ' ik',
      'ik ',
      'ik\n',
      'i',
      'k',
      'nk',
      'kk',
      'xxx',
      'ik raw',
      'ik--raw',
      'raw',
      'ikpsk2',
      'auto',
    ],
    ...['0', '0x00', 'Noise_IK', 'ık', 'İK', 'ｎ', 'n\u0000', 'n\u200b'],
    ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'length', 'CONSTRUCTOR'],
  ];
  for (const text of unknown) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(thrownBy(() => parseProfileName(text))).toMatchObject({
        code: 'PATTERNS_PATTERN_UNKNOWN',
        wireCode: 3000,
      });
    });
  }

  it('shows little of a text that is no name, and nothing that could forge a line of a log', () => {
    const contextOf = (text: string) => thrownBy(() => parseProfileName(text)).context;
    expect(contextOf('x'.repeat(1_000_000))).toEqual({ name: 'x'.repeat(32) });
    expect(contextOf('NK\r\n\u001b[2Jü\u{1f600}')).toEqual({ name: 'NK???[2J???' });
  });
});
