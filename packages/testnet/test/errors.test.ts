import { describe, expect, it } from 'vitest';
import { reasonOf, TESTNET_ERRORS } from '../src/errors.ts';

describe('TESTNET_ERRORS', () => {
  it.each(Object.entries(TESTNET_ERRORS))('[F3] %s says what to do next', (code, row) => {
    expect(code).toMatch(/^TESTNET_[A-Z_]+$/);
    expect(row.nextStep).toMatch(/^[A-Z].*\.$/);
  });
});

describe('reasonOf', () => {
  it('is the code of an error, or "unknown"', () => {
    expect(reasonOf(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toBe('ENOSPC');
    expect(reasonOf(Object.assign(new Error('x'), { code: 7 }))).toBe('unknown');
    expect(reasonOf('text')).toBe('unknown');
  });
});
