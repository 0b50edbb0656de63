import { describe, expect, it } from 'vitest';
import { HOMESERVER_ERRORS, HomeserverError } from '../src/index.ts';

describe('HOMESERVER_ERRORS', () => {
  it('says in every row what to do next [F3]', () => {
    for (const [code, row] of Object.entries(HOMESERVER_ERRORS)) {
      expect(code).toMatch(/^HOMESERVER_[A-Z_]+$/);
      expect(row.nextStep).toMatch(/^[A-Z].*\.$/);
      expect(row.summary).toMatch(/^[a-z{].*[^.]$/);
    }
  });

  it('lets exactly those be tried again that may go well without a change [O5]', () => {
    const retryable = Object.entries(HOMESERVER_ERRORS).flatMap(([code, row]) =>
      row.retryable ? [code] : [],
    );
    expect(retryable.sort()).toEqual([
      'HOMESERVER_DIRECTORY_FAILED',
      'HOMESERVER_OFFLINE',
      'HOMESERVER_RATE_LIMITED',
      'HOMESERVER_SDK_BROKEN',
      'HOMESERVER_SERVER_ERROR',
      'HOMESERVER_TIMED_OUT',
      'HOMESERVER_TOKEN_EXPIRED',
      'HOMESERVER_TOKEN_REFUSED',
      'HOMESERVER_UNLOCATED',
      'HOMESERVER_VAULT_FAILED',
    ]);
  });

  it('makes errors whose context can be logged', () => {
    const error = new HomeserverError('HOMESERVER_SERVER_ERROR', { status: 503 });
    expect(error.toJSON()).toEqual({
      name: 'HomeserverError',
      code: 'HOMESERVER_SERVER_ERROR',
      message: expect.stringContaining('503'),
      context: { status: 503 },
      retryable: true,
      wireCode: undefined,
    });
  });
});
