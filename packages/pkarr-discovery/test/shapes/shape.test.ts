import { describe, expect, it } from 'vitest';
import { MAX_UINT64 } from '../../src/constants.ts';
import { publicationShape } from '../../src/shapes/publication-shape.ts';
import {
  bytes,
  identity,
  list,
  natural,
  object,
  oneOf,
  optional,
  text,
  uint64,
} from '../../src/shapes/shape.ts';
import { filled } from '../bytes.ts';

const Z32 = 'y'.repeat(52);

describe('shapes', () => {
  it.each([
    ['a text', text(/^a+$/), 'aa'],
    ['one of a few', oneOf('a', 'b'), 'b'],
    ['0', natural, 0],
    ['the largest number', natural, Number.MAX_SAFE_INTEGER],
    ['a list', list(natural, 2), [1, 2]],
    ['an object', object({ a: natural, b: optional(natural) }), { a: 1, b: 2 }],
  ] as const)('read and write %s', (_, shape, value) => {
    const { read, write } = shape as { read(json: unknown): unknown; write(value: unknown): unknown };
    expect(write(read(value))).toEqual(value);
  });

  it('read and write numbers of 64 bits, bytes and identities as text', () => {
    expect(uint64.write(MAX_UINT64)).toBe('18446744073709551615');
    expect(uint64.read('18446744073709551615')).toBe(MAX_UINT64);
    expect(bytes(3).read('AQID')).toEqual(Uint8Array.of(1, 2, 3));
    expect(bytes(3).write(Uint8Array.of(1, 2, 3))).toBe('AQID');
    expect(identity.read(Z32)).toEqual(filled(0));
    expect(identity.write(filled(0))).toBe(Z32);
  });

  it('leave out what is undefined', () => {
    const shape = object({ a: optional(natural) });
    expect(shape.write({ a: undefined })).toEqual({});
    expect(shape.read({})).toEqual({ a: undefined });
  });

  it.each([
    ['another text', text(/^a+$/), 'b'],
    ['a number for a text', text(/^1$/), 1],
    ['what is not among the few', oneOf('a'), 'constructor'],
    ['a fraction', natural, 0.5],
    ['a number that is not exact', natural, 2 ** 53],
    ['a number of 65 bits', uint64, '18446744073709551616'],
    ['a number with a sign', uint64, '-1'],
    ['too few bytes', bytes(3), 'AQI='],
    ['too many bytes', bytes(3), 'AQIDBA=='],
    ['no base64', bytes(3), '....'],
    ['a short identity', identity, 'y'],
    ['no list', list(natural, 2), { length: 0 }],
    ['too long a list', list(natural, 2), [1, 2, 3]],
    ['a list for an object', object({}), []],
    ['null for an object', object({}), null],
    ['a member that is inherited', object({ toString: natural }), {}],
    ['a member that is missing', object({ a: natural }), {}],
  ] as const)('refuse %s', (_, shape, json) => {
    expect(() => shape.read(json)).toThrow();
  });
});

describe('publicationShape', () => {
  const about = { identity: Z32, device: 'default' };

  it('has a record unless it is a retirement', () => {
    expect(publicationShape.read({ ...about, kind: 'retirement' })).toEqual({
      identity: filled(0),
      device: 'default',
      kind: 'retirement',
    });
    expect(() => publicationShape.read({ ...about, kind: 'key' })).toThrow(TypeError);
    expect(() => publicationShape.read({ ...about, kind: 'retirement', record: 'v=1' })).toThrow(TypeError);
  });

  it.each(['v=1"', 'v=1\\', 'v=1 ', 'v=1\n', 'v=ä', '', 'v'.repeat(513)])(
    'refuses the record %j',
    (record) => {
      expect(() => publicationShape.read({ ...about, kind: 'key', record })).toThrow(TypeError);
    },
  );
});
