import { describe, expect, it } from 'vitest';
import { connectionLost, reasonOf, TRANSPORT_ERRORS, TransportError } from '../src/errors.ts';

describe('TRANSPORT_ERRORS', () => {
  it.each(Object.entries(TRANSPORT_ERRORS))('[F3] %s says what to do next', (code, row) => {
    expect(code).toMatch(/^TRANSPORT_[A-Z_]+$/);
    expect(row.nextStep).toMatch(/^[A-Z].*\.$/);
  });
});

describe('connectionLost', () => {
  it('passes coded errors and wraps the rest', () => {
    const coded = new TransportError('TRANSPORT_RECEIVE_IN_PROGRESS');
    expect(connectionLost(coded)).toBe(coded);
    expect(connectionLost('text')).toMatchObject({
      code: 'TRANSPORT_CONNECTION_LOST',
      context: { reason: 'unknown' },
    });
  });
});

describe('reasonOf', () => {
  it('is the code of an error, or "unknown"', () => {
    expect(reasonOf(Object.assign(new Error('x'), { code: 'EPIPE' }))).toBe('EPIPE');
    expect(reasonOf(Object.assign(new Error('x'), { code: 7 }))).toBe('unknown');
    expect(reasonOf(undefined)).toBe('unknown');
  });
});
