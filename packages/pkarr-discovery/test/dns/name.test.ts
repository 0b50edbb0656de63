import { describe, expect, it } from 'vitest';
import { formatName, parseName } from '../../src/dns/name.ts';
import { ascii, thrownBy } from '../bytes.ts';

/** Labels and their one text. */
const NAMES: readonly (readonly [string, readonly Uint8Array[]])[] = [
  ['', []],
  ['localhost', [ascii('localhost')]],
  ['_pubky.Example', [ascii('_pubky'), ascii('Example')]],
  ['a\\.b.c', [ascii('a.b'), ascii('c')]],
  ['back\\\\slash', [ascii('back\\slash')]],
  ['\\000\\032\\127\\255', [Uint8Array.of(0, 32, 127, 255)]],
  ['*!"$(@;', [ascii('*!"$(@;')]],
];

describe('formatName', () => {
  it.each(NAMES)('writes "%s"', (text, labels) => {
    expect(formatName(labels)).toBe(text);
  });
});

describe('parseName', () => {
  it.each(NAMES)('reads "%s"', (text, labels) => {
    expect(parseName(text)).toEqual(labels);
  });

  it('reads escapes that are not needed', () => {
    expect(parseName('\\097\\b')).toEqual([ascii('ab')]);
  });

  it.each([
    ['.', 'empty label'],
    ['a.', 'empty label'],
    ['.a', 'empty label'],
    ['a..b', 'empty label'],
    ['a'.repeat(64), 'label too long'],
    ['\\097'.repeat(64), 'label too long'],
    ['a\\', 'bad escape'],
    ['\\1', 'bad escape'],
    ['\\25', 'bad escape'],
    ['\\256', 'bad escape'],
    ['\\999', 'bad escape'],
    ['ü', 'character outside ASCII'],
    ['\\ü', 'character outside ASCII'],
    ['😀', 'character outside ASCII'],
    ['\ud800', 'character outside ASCII'],
    [`${'a.'.repeat(127)}a`, 'name too long'],
    ['x'.repeat(10_000_000), 'name too long'],
  ])('refuses %.20s: %s', (text, problem) => {
    expect(thrownBy(() => parseName(text))).toMatchObject({
      code: 'DISCOVERY_BAD_RECORD',
      context: { problem },
    });
  });

  it('takes labels of 63 bytes and names of 255, and not one more', () => {
    const label = 'a'.repeat(63);
    const longest = [label, label, label, 'a'.repeat(61)].join('.');
    expect(formatName(parseName(longest))).toBe(longest);
    expect(thrownBy(() => parseName(`${longest}a`)).context).toMatchObject({ problem: 'name too long' });
    expect(parseName(Array.from({ length: 127 }, () => 'a').join('.'))).toHaveLength(127);
  });

  it('[F3] shows no control characters and not much of a name in its error', () => {
    const { record } = thrownBy(() => parseName(`line\nbreak${'.'.repeat(500)}`)).context;
    expect(record).toMatch(/^line\?break\.+$/);
    expect(String(record).length).toBeLessThan(100);
  });
});
