import { describe, expect, it } from 'vitest';
import * as api from '../src/index.ts';
import * as level from '../src/level/index.ts';
import * as testing from '../src/testing.ts';

describe('public interface', () => {
  it('exports exactly these names', () => {
    expect(Object.keys(api).sort()).toEqual([
      'MAX_COMMIT_BYTES',
      'MAX_COMMIT_OPERATIONS',
      'MAX_KEY_CHARACTERS',
      'MAX_SEGMENT_CHARACTERS',
      'MAX_VALUE_BYTES',
      'SESSION_STORE_ERRORS',
      'SessionStoreError',
      'createMemoryStore',
      'decodeSegment',
      'encodeSegment',
      'recordStore',
      'subStore',
    ]);
    expect(Object.keys(level).sort()).toEqual(['openLevelStore', 'openSharedLevelStore']);
    expect(Object.keys(testing).sort()).toEqual([
      'crashEverywhere',
      'createFaultyStore',
      'storeConformance',
      'storeReopenConformance',
    ]);
  });

  it('has exactly these codes', () => {
    const rows = Object.entries(api.SESSION_STORE_ERRORS).map(([code, { retryable }]) => [code, retryable]);
    expect(rows).toEqual([
      ['STORE_CONFLICT', false],
      ['STORE_CONTENDED', true],
      ['STORE_BAD_KEY', false],
      ['STORE_DUPLICATE_KEY', false],
      ['STORE_TOO_LARGE', false],
      ['STORE_BUSY', true],
      ['STORE_FULL', true],
      ['STORE_IO_FAILED', true],
      ['STORE_OUTCOME_UNKNOWN', false],
      ['STORE_CORRUPTED', false],
      ['STORE_NEWER_FORMAT', false],
      ['STORE_BAD_RECORD', false],
      ['STORE_LIST_INCOMPLETE', false],
      ['STORE_LOCKED', true],
      ['STORE_CLOSED', false],
      ['STORE_CANCELLED', false],
      ['STORE_TIMED_OUT', true],
      ['STORE_ADAPTER_MISSING', false],
    ]);
  });

  it('has limits that every adapter can hold', () => {
    expect([
      api.MAX_KEY_CHARACTERS,
      api.MAX_SEGMENT_CHARACTERS,
      api.MAX_VALUE_BYTES,
      api.MAX_COMMIT_OPERATIONS,
      api.MAX_COMMIT_BYTES,
    ]).toEqual([512, 255, 1_048_576, 256, 4_194_304]);
  });
});
