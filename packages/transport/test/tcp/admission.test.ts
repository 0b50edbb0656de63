import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { Admission, DEFAULT_SERVER_LIMITS, limitKey } from '../../src/tcp/admission.ts';

const unlimited = { newConnectionsPerMinutePerIp: Number.POSITIVE_INFINITY };
const outcome = (place: ReturnType<Admission['enter']>) => ('refusal' in place ? place.refusal : 'in');

describe('Admission', () => {
  it('[T4] caps the total and each address, and takes new ones when others leave', () => {
    const limits = { ...unlimited, maxConnections: 3, maxConnectionsPerIp: 2 };
    const admission = new Admission(limits, new ManualClock());
    const first = admission.enter('10.0.0.1');
    expect(outcome(admission.enter('10.0.0.1'))).toBe('in');
    expect(outcome(admission.enter('10.0.0.1'))).toBe('per-ip');
    expect(outcome(admission.enter('10.0.0.2'))).toBe('in');
    expect(outcome(admission.enter('10.0.0.3'))).toBe('total');
    if ('release' in first) {
      first.release();
      first.release();
    }
    expect(admission.total).toBe(2);
    expect(outcome(admission.enter('10.0.0.1'))).toBe('in');
    expect(outcome(admission.enter('10.0.0.1'))).toBe('total');
  });

  it('[T4] admits ten a minute from one address by default', () => {
    const clock = new ManualClock();
    const admission = new Admission(DEFAULT_SERVER_LIMITS, clock);
    const outcomes = Array.from({ length: 11 }, () => outcome(admission.enter('10.0.0.1')));
    expect(outcomes.filter((each) => each === 'in').length).toBe(10);
    expect(outcomes[10]).toBe('rate');
    clock.advance(60_000);
    expect(outcome(admission.enter('10.0.0.1'))).toBe('in');
  });

  it('refuses limits that let nobody in', () => {
    const limits = { ...DEFAULT_SERVER_LIMITS, maxConnections: 0 };
    expect(() => new Admission(limits, new ManualClock())).toThrow(RangeError);
  });
});

describe('limitKey', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('is for %s the key %s', (address, key) => {
    expect(limitKey(address)).toBe(key);
  });
});
