import { describe, expect, it } from 'vitest';
import { hasCode, SESSION_STORE_ERRORS, SessionStoreError } from '../src/errors.ts';

describe('SESSION_STORE_ERRORS', () => {
  it.each(Object.entries(SESSION_STORE_ERRORS))(
    '[F3] %s says what happened and what to do next',
    (code, row) => {
      expect(code).toMatch(/^STORE_[A-Z_]+$/);
      expect(row.summary).toMatch(/^[a-z{].*[^.]$/);
      expect(row.nextStep).toMatch(/^[A-Z].*\.$/);
    },
  );
});

describe('hasCode', () => {
  it('knows an error by its code, and nothing else', () => {
    expect(hasCode(new SessionStoreError('STORE_CANCELLED', { what: 'it' }), 'STORE_CANCELLED')).toBe(true);
    expect(hasCode(new SessionStoreError('STORE_CANCELLED', { what: 'it' }), 'STORE_CLOSED')).toBe(false);
    expect(hasCode(Object.assign(new Error('x'), { code: 'STORE_CLOSED' }), 'STORE_CLOSED')).toBe(false);
  });
});
