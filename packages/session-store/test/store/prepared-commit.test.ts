import { describe, expect, it } from 'vitest';
import type { StoreOperation } from '../../src/store/durable-store.ts';
import { prepareCommit, requireExpected } from '../../src/store/prepared-commit.ts';
import { rejectionOf } from '../outcome.ts';

describe('prepareCommit', () => {
  it('copies what it is given', () => {
    const value = Buffer.from([1, 2, 3]);
    const expectation = { key: 'b', version: '1' };
    const commit = prepareCommit([{ type: 'put', key: 'a', value }], [expectation]);
    value.fill(0);
    expectation.version = '2';
    expect(commit).toEqual({
      operations: [{ type: 'put', key: 'a', value: Uint8Array.of(1, 2, 3) }],
      expect: [{ key: 'b', version: '1' }],
      bytes: 4,
    });
  });

  it('refuses operations that the types refuse', () => {
    for (const wrong of [
      { type: 'put', key: 'a', value: 'text' },
      { type: 'put', key: 'a' },
      { type: 'putt', key: 'a', value: new Uint8Array() },
      { key: 'a' },
    ]) {
      expect(() => prepareCommit([wrong as unknown as StoreOperation])).toThrow(TypeError);
    }
  });
});

describe('requireExpected', () => {
  it('says what was expected and what was found', async () => {
    const check = async (version: string | undefined, found: string | undefined) =>
      requireExpected([{ key: 'a', version }], () => found);
    expect(await rejectionOf(check('1', '2'))).toMatchObject({
      code: 'STORE_CONFLICT',
      context: { key: 'a', expected: '1', found: '2' },
      retryable: false,
    });
    expect(await rejectionOf(check(undefined, '2'))).toMatchObject({ context: { expected: 'nothing' } });
    expect(await rejectionOf(check('1', undefined))).toMatchObject({ context: { found: 'nothing' } });
    expect(await rejectionOf(check('1', '1'))).toBeUndefined();
  });
});
