import { describe, expect, it } from 'vitest';
import { channelLimits, DEFAULT_CHANNEL_LIMITS } from '../src/limits.ts';

describe('DEFAULT_CHANNEL_LIMITS', () => {
  it('[T2] is 30 s for the handshake and 60 s for a message', () => {
    expect(DEFAULT_CHANNEL_LIMITS).toEqual({
      handshakeTimeoutMs: 30_000,
      messageTimeoutMs: 60_000,
      idleTimeoutMs: 300_000,
      closeTimeoutMs: 5_000,
    });
  });
});

describe('channelLimits', () => {
  it('fills in what is not given', () => {
    expect(channelLimits({ idleTimeoutMs: Number.POSITIVE_INFINITY })).toEqual({
      ...DEFAULT_CHANNEL_LIMITS,
      idleTimeoutMs: Number.POSITIVE_INFINITY,
    });
  });

  it.each([0, -1, Number.NaN, 2 ** 31])('refuses %d ms, which a timer would take as "at once"', (value) => {
    expect(() => channelLimits({ messageTimeoutMs: value })).toThrow(RangeError);
  });
});
