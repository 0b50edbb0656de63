import { describe, expect, it } from 'vitest';
import { errorOf, readRetryAfter } from '../../src/relays/relay-answers.ts';
import { response } from '../relay-model.ts';

const NOW_MS = Date.UTC(2026, 0, 1);

describe('errorOf', () => {
  it.each([
    [302, 'DISCOVERY_RELAY_REFUSED', false],
    [400, 'DISCOVERY_RELAY_REFUSED', false],
    [404, 'DISCOVERY_RELAY_REFUSED', false],
    [409, 'DISCOVERY_CONFLICT', true],
    [412, 'DISCOVERY_CONFLICT', true],
    [413, 'DISCOVERY_RELAY_TOO_SMALL', false],
    [428, 'DISCOVERY_CONFLICT', true],
    [429, 'DISCOVERY_RATE_LIMITED', true],
    [500, 'DISCOVERY_RELAY_UNAVAILABLE', true],
    [503, 'DISCOVERY_RELAY_UNAVAILABLE', true],
    [0, 'DISCOVERY_RELAY_REFUSED', false],
  ])('makes of status %i %s', (status, code, retryable) => {
    const answer = { relay: 'r', response: response(status), nowMs: NOW_MS, length: 90 };
    expect(errorOf(answer)).toMatchObject({ code, retryable, context: { relay: 'r' } });
  });

  it('says how long to wait where the relay does', () => {
    const busy = response(429, undefined, { 'retry-after': '7' });
    expect(errorOf({ relay: 'r', response: busy, nowMs: NOW_MS, length: 0 })).toMatchObject({
      context: { retryAfterMs: 7_000 },
    });
  });
});

describe('readRetryAfter', () => {
  it.each([
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['never GMT', undefined],
    ['0', 0],
    ['30', 30_000],
    ['999999999999999999999', 3_600_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['Fri, 01 Jan 2027 00:00:00 GMT', 3_600_000],
  ])('[F3] reads %j as %s ms, and believes no more than an hour', (text, expected) => {
    expect(readRetryAfter(text, NOW_MS)).toBe(expected);
  });
});
