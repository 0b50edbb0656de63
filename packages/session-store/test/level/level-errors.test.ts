import { describe, expect, it } from 'vitest';
import { SessionStoreError } from '../../src/errors.ts';
import { storeError } from '../../src/level/level-errors.ts';

const foreign = (code: string | undefined, message = 'words', cause?: unknown) =>
  Object.assign(new Error(message, { cause }), { code });

describe('storeError', () => {
  it.each([
    [foreign('LEVEL_LOCKED'), 'STORE_LOCKED', { location: 'folder' }],
    [foreign('LEVEL_CORRUPTION'), 'STORE_CORRUPTED', { what: 'the folder' }],
    [foreign('LEVEL_IO_ERROR'), 'STORE_IO_FAILED', { what: 'working', reason: 'LEVEL_IO_ERROR' }],
    [foreign('LEVEL_IO_ERROR', 'x: No space left on device'), 'STORE_FULL', { what: 'working' }],
    [foreign('LEVEL_IO_ERROR', 'x: Disk quota exceeded'), 'STORE_FULL', { what: 'working' }],
    [foreign('ENOSPC'), 'STORE_FULL', { what: 'working' }],
    [foreign('EACCES'), 'STORE_IO_FAILED', { what: 'working', reason: 'EACCES' }],
    [foreign(undefined), 'STORE_IO_FAILED', { what: 'working', reason: 'unknown' }],
    ['text', 'STORE_IO_FAILED', { what: 'working', reason: 'unknown' }],
    [
      foreign('LEVEL_DATABASE_NOT_OPEN', 'x', foreign('LEVEL_LOCKED')),
      'STORE_LOCKED',
      { location: 'folder' },
    ],
  ])('gives %s the code %s', (error, code, context) => {
    expect(storeError(error, 'working', 'folder')).toMatchObject({ code, context, cause: error });
  });

  it('lets coded errors pass', () => {
    const error = new SessionStoreError('STORE_CANCELLED', { what: 'it' });
    expect(storeError(error, 'working', 'folder')).toBe(error);
  });
});
