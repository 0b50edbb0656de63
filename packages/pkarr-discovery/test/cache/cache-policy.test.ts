import { describe, expect, it } from 'vitest';
import { type CachePolicySettings, cachePolicy, requireContactClass } from '../../src/cache/cache-policy.ts';
import { CONTACT_POLICIES } from '../../src/cache/contact-policy.ts';

describe('cachePolicy', () => {
  it('is that of the specification, but for what is given (P8 §4.5)', () => {
    const requireSignedFreshness = false;
    const contacts = CONTACT_POLICIES;
    expect(cachePolicy()).toEqual({ contacts, maximumAgeSeconds: 2_592_000, requireSignedFreshness });
    const oneTime = { keepMs: 0, validateAfterMs: 0 };
    const rules = { maximumAgeSeconds: 60, requireSignedFreshness: true };
    const policy = cachePolicy({ contacts: { 'one-time': oneTime }, ...rules });
    expect(policy).toEqual({ contacts: { ...contacts, 'one-time': oneTime }, ...rules });
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to keep a key for %d ms', (keepMs) => {
    expect(() => cachePolicy({ contacts: { frequent: { keepMs, validateAfterMs: 0 } } })).toThrow(RangeError);
    expect(() => cachePolicy({ contacts: { frequent: { keepMs: 1, validateAfterMs: keepMs } } })).toThrow(
      RangeError,
    );
  });

  it('refuses an age that is no natural number, and classes there are none of', () => {
    expect(() => cachePolicy({ maximumAgeSeconds: 1.5 })).toThrow(RangeError);
    expect(() => cachePolicy({ maximumAgeSeconds: -1 })).toThrow(RangeError);
    const contacts = { toString: { keepMs: 1, validateAfterMs: 1 } } as CachePolicySettings['contacts'];
    expect(() => cachePolicy({ contacts })).toThrow(TypeError);
    expect(() => requireContactClass('enemies')).toThrow(TypeError);
  });
});
