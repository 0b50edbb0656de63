import { describe, expect, it } from 'vitest';
import * as api from '../src/index.ts';
import * as testing from '../src/testing.ts';

describe('@pubky-paykit/primitives', () => {
  it('exports exactly these values', () => {
    expect(Object.keys(api).sort()).toEqual([
      'ByteReader',
      'ByteWriter',
      'PRIMITIVES_ERRORS',
      'PrimitivesError',
      'Secret',
      'base64',
      'concatBytes',
      'deadlinesWith',
      'decodeUtf8',
      'defineErrors',
      'encodeUtf8',
      'equalBytes',
      'errorRow',
      'hex',
      'isAllZero',
      'isCodedError',
      'noTelemetry',
      'readBody',
      'silentLogger',
      'systemClock',
      'systemFetch',
      'systemRandom',
      'wipe',
      'withDeadline',
      'zBase32',
    ]);
  });

  it('has exactly these error codes', () => {
    const rows = Object.entries(api.PRIMITIVES_ERRORS).map(([code, row]: [string, api.ErrorRow]) => [
      code,
      row.retryable,
      row.wireCode,
    ]);
    expect(rows).toEqual([
      ['PRIMITIVES_OUT_OF_BOUNDS', false, undefined],
      ['PRIMITIVES_BAD_ENCODING', false, undefined],
      ['PRIMITIVES_WRONG_LENGTH', false, undefined],
      ['PRIMITIVES_SECRET_DESTROYED', false, undefined],
      ['PRIMITIVES_BODY_TOO_LONG', false, undefined],
      ['PRIMITIVES_BAD_UTF8', false, undefined],
    ]);
  });

  it('says in every row what happened and what to do next', () => {
    for (const row of Object.values(api.PRIMITIVES_ERRORS)) {
      expect(row.summary).toMatch(/^[a-z{].*[^.]$/);
      expect(row.nextStep).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('@pubky-paykit/primitives/testing', () => {
  it('exports exactly these values', () => {
    expect(Object.keys(testing).sort()).toEqual([
      'LOW_ORDER_POINTS',
      'ManualClock',
      'predictableRandomForTestingOnly',
    ]);
  });
});
