import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { defineErrors, errorRow, isCodedError, PrimitivesError } from '../src/index.ts';
import { thrownBy } from './thrown.ts';

const ShopError = defineErrors('ShopError', {
  SHOP_CLOSED: errorRow<{ opensAt: string; inMinutes?: number }>({
    summary: 'the shop is closed until {opensAt}, {inMinutes} minutes from now',
    nextStep: 'Come back then.',
    retryable: true,
    wireCode: 8001,
  }),
  SHOP_GONE: errorRow({ summary: 'the shop is gone', nextStep: 'Find another.', retryable: false }),
  SHOP_DEBT: errorRow<{ owed: bigint; paid: boolean }>({
    summary: '{owed} is owed, {owed} in full, paid: {paid}',
    nextStep: 'Pay.',
    retryable: false,
  }),
});

describe('defineErrors', () => {
  it('carries code, context, advice and whether to retry', () => {
    const error = new ShopError('SHOP_CLOSED', { opensAt: '09:00', inMinutes: 5 });
    expect(error).toBeInstanceOf(ShopError);
    expect(error).toBeInstanceOf(Error);
    expect(error.code).toBe('SHOP_CLOSED');
    expect(error.context).toEqual({ opensAt: '09:00', inMinutes: 5 });
    expect(error.retryable).toBe(true);
    expect(error.nextStep).toBe('Come back then.');
  });

  it('has the wire code of its row, or none', () => {
    expect(new ShopError('SHOP_CLOSED', { opensAt: '09:00' }).wireCode).toBe(8001);
    expect(new ShopError('SHOP_GONE').wireCode).toBeUndefined();
  });

  it('builds the message from the row and the context', () => {
    expect(new ShopError('SHOP_CLOSED', { opensAt: '09:00', inMinutes: 0 }).message).toBe(
      'the shop is closed until 09:00, 0 minutes from now. Come back then.',
    );
    expect(new ShopError('SHOP_CLOSED', { opensAt: '09:00' }).message).toContain('unknown minutes');
    expect(new ShopError('SHOP_DEBT', { owed: 5n, paid: false }).message).toBe(
      '5 is owed, 5 in full, paid: false. Pay.',
    );
  });

  it('takes context values as they are, not as templates or replacement patterns', () => {
    const error = new ShopError('SHOP_CLOSED', { opensAt: '{inMinutes} $& $1', inMinutes: 7 });
    expect(error.message).toContain('until {inMinutes} $& $1, 7 minutes');
  });

  it('bears the name of its package in class, name and stack', () => {
    const error = new ShopError('SHOP_GONE');
    expect(ShopError.name).toBe('ShopError');
    expect(error.name).toBe('ShopError');
    expect(`${error}`).toBe('ShopError: the shop is gone. Find another.');
    expect(error.stack).toMatch(/^ShopError: the shop is gone/);
    expect(Object.keys(error)).not.toContain('name');
  });

  it('keeps the cause, and has none if none was given', () => {
    const cause = new Error('below');
    expect(new ShopError('SHOP_GONE', {}, { cause }).cause).toBe(cause);
    expect(new ShopError('SHOP_CLOSED', { opensAt: '9' }, { cause }).cause).toBe(cause);
    expect('cause' in new ShopError('SHOP_GONE')).toBe(false);
  });

  it('copies and freezes the context', () => {
    const context = { opensAt: '09:00' };
    const error = new ShopError('SHOP_CLOSED', context);
    context.opensAt = '10:00';
    expect(error.context).toEqual({ opensAt: '09:00' });
    expect(Object.isFrozen(error.context)).toBe(true);
  });

  it.each(['SHOP_LOST', '', 'toString', 'constructor', '__proto__'])(
    'refuses the unknown code %j',
    (code) => {
      const error = thrownBy(() => new ShopError(code as 'SHOP_GONE'));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as TypeError).message).toBe(`ShopError has no code ${code}`);
    },
  );

  it('offers its table on the class', () => {
    expect(Object.keys(ShopError.table)).toEqual(['SHOP_CLOSED', 'SHOP_GONE', 'SHOP_DEBT']);
  });

  it('gives JSON without stack and cause, with bigints as text', () => {
    const cause = new Error('a secret detail');
    const error = new ShopError('SHOP_DEBT', { owed: 2n ** 64n, paid: false }, { cause });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'ShopError',
      code: 'SHOP_DEBT',
      message: `${2n ** 64n} is owed, ${2n ** 64n} in full, paid: false. Pay.`,
      context: { owed: '18446744073709551616', paid: false },
      retryable: false,
    });
    expect(new ShopError('SHOP_CLOSED', { opensAt: '9' }).toJSON()).toHaveProperty('wireCode', 8001);
  });

  it('[S1.1] drops bytes and objects that a cast put into the context', () => {
    const key = new Uint8Array(32).fill(0xab);
    for (const value of [key, [...key], { key }, () => key, Symbol('key')]) {
      const error = new ShopError('SHOP_CLOSED', { opensAt: value as unknown as string });
      expect(error.context.opensAt).toBe('[redacted]');
      const shown = `${error.message} ${JSON.stringify(error)} ${inspect(error, { showHidden: true, depth: 9 })}`;
      expect(shown).not.toMatch(/171|\bab,? ?ab\b|abab/i);
    }
  });

  it('makes classes that do not take each other for their own', () => {
    const Other = defineErrors('ShopError', {
      SHOP_GONE: errorRow({ summary: 'gone', nextStep: 'Go.', retryable: false }),
    });
    expect(new Other('SHOP_GONE')).not.toBeInstanceOf(ShopError);
  });
});

describe('isCodedError', () => {
  it('is true for the errors of any package', () => {
    expect(isCodedError(new ShopError('SHOP_GONE'))).toBe(true);
    expect(isCodedError(new PrimitivesError('PRIMITIVES_BAD_UTF8'))).toBe(true);
  });

  it.each([
    undefined,
    null,
    'SHOP_GONE',
    { code: 'SHOP_GONE', context: {}, retryable: false, nextStep: '' },
    new Error('plain'),
    Object.assign(new Error('like Node'), { code: 'ENOENT' }),
    Object.assign(new Error('half'), { code: 'X', retryable: true }),
    Object.assign(new Error('no context'), { code: 'X', retryable: true, context: null, nextStep: '' }),
    Object.assign(new Error('number'), { code: 7, retryable: true, context: {}, nextStep: '' }),
  ])('is false for anything else (%#)', (value) => {
    expect(isCodedError(value)).toBe(false);
  });
});
