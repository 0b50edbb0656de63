import { describe, expect, it } from 'vitest';
import { dateText, durationText } from '../../src/keys/time-text.ts';

const NOW = Date.UTC(2026, 10, 28, 19, 30);

describe('durationText', () => {
  it.each([
    [0, '0 seconds'],
    [1_999, '1 second'],
    [60_000, '1 minute'],
    [7_200_000, '2 hours'],
    [7 * 86_400_000, '7 days'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('dateText', () => {
  it('says how far away a date is, and which way', () => {
    expect(dateText(NOW, NOW)).toBe('2026-11-28 19:30 UTC (now)');
    expect(dateText(NOW + 86_400_000, NOW)).toBe('2026-11-29 19:30 UTC (in 1 day)');
    expect(dateText(NOW - 120_000, NOW)).toBe('2026-11-28 19:28 UTC (2 minutes ago)');
  });
});
