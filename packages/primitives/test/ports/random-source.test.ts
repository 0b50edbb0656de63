import { afterEach, describe, expect, it, vi } from 'vitest';
import { isAllZero, systemRandom } from '../../src/index.ts';
import { thrownBy } from '../thrown.ts';

describe('systemRandom', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each([0, 1, 32, 65_535, 65_536, 65_537, 200_000])('gives %i bytes', (length) => {
    const bytes = systemRandom.bytes(length);
    expect(bytes).toHaveLength(length);
    expect(bytes.buffer.byteLength).toBe(length);
  });

  it('fills every part of a long buffer', () => {
    const bytes = systemRandom.bytes(3 * 65_536 + 32);
    for (let at = 0; at < bytes.length; at += 32) expect(isAllZero(bytes.subarray(at, at + 32))).toBe(false);
  });

  it('asks the platform for no more than it gives at once', () => {
    const asked: number[] = [];
    vi.stubGlobal('crypto', {
      getRandomValues(into: Uint8Array) {
        asked.push(into.length);
        return into.fill(7);
      },
    });
    expect(systemRandom.bytes(150_000)).toEqual(new Uint8Array(150_000).fill(7));
    expect(asked).toEqual([65_536, 65_536, 18_928]);
  });

  it('gives other bytes in another buffer each time', () => {
    const first = systemRandom.bytes(32);
    const second = systemRandom.bytes(32);
    expect(first).not.toEqual(second);
    expect(first.buffer).not.toBe(second.buffer);
  });

  it.each([undefined, {}])(
    'throws where the platform has no generator, and tells what to do (%#)',
    (platform) => {
      vi.stubGlobal('crypto', platform);
      const error = thrownBy(() => systemRandom.bytes(32));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as TypeError).message).toMatch(/react-native-get-random-values/);
    },
  );

  it('passes on a failure of the platform rather than give weak bytes', () => {
    const failure = new Error('no entropy');
    vi.stubGlobal('crypto', {
      getRandomValues() {
        throw failure;
      },
    });
    expect(() => systemRandom.bytes(32)).toThrow(failure);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '32' as unknown as number])(
    'refuses %s as a length, rather than give no bytes',
    (length) => {
      expect(thrownBy(() => systemRandom.bytes(length))).toBeInstanceOf(RangeError);
    },
  );
});
