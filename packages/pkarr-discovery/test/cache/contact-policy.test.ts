import { describe, expect, it } from 'vitest';
import { CONTACT_POLICIES } from '../../src/cache/contact-policy.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

describe('CONTACT_POLICIES', () => {
  it('is the table of P8 §4.5', () => {
    expect(CONTACT_POLICIES).toEqual({
      frequent: { keepMs: 30 * DAY_MS, validateAfterMs: 7 * DAY_MS },
      occasional: { keepMs: 14 * DAY_MS, validateAfterMs: 0 },
      'one-time': { keepMs: 7 * DAY_MS, validateAfterMs: 0 },
      'high-security': { keepMs: 0, validateAfterMs: 0 },
    });
  });
});
