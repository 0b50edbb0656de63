import {
  type CodedErrorFields,
  defineErrors,
  errorRow,
  isCodedError,
  PRIMITIVES_ERRORS,
  PrimitivesError,
} from '../src/index.ts';

const TABLE = {
  SHOP_CLOSED: errorRow<{ opensAt: string }>({ summary: '{opensAt}', nextStep: 'Wait.', retryable: true }),
  SHOP_DEBT: errorRow<{ owed: bigint; since?: number }>({ summary: '', nextStep: '', retryable: false }),
  SHOP_GONE: errorRow({ summary: '', nextStep: '', retryable: false }),
} as const;
const ShopError = defineErrors('ShopError', TABLE);
type Code = keyof typeof TABLE;

export function legal(): void {
  new ShopError('SHOP_CLOSED', { opensAt: '09:00' });
  new ShopError('SHOP_CLOSED', { opensAt: '09:00' }, { cause: new Error() });
  new ShopError('SHOP_DEBT', { owed: 1n });
  new ShopError('SHOP_DEBT', { owed: 1n, since: 2 });
  new ShopError('SHOP_GONE');
  new ShopError('SHOP_GONE', {}, { cause: 1 });
  new PrimitivesError('PRIMITIVES_OUT_OF_BOUNDS', { wanted: 1, left: 0 });
}

export function illegal(code: Exclude<Code, 'SHOP_GONE'>): void {
  // @ts-expect-error no such code
  new ShopError('SHOP_LOST');
  // @ts-expect-error the context is missing
  new ShopError('SHOP_CLOSED');
  // @ts-expect-error the context is empty
  new ShopError('SHOP_CLOSED', {});
  // @ts-expect-error a context value of another type
  new ShopError('SHOP_CLOSED', { opensAt: 9 });
  // @ts-expect-error a context value of another name
  new ShopError('SHOP_CLOSED', { opensAt: '09:00', closesAt: '17:00' });
  // @ts-expect-error the context of another code
  new ShopError('SHOP_DEBT', { opensAt: '09:00' });
  // @ts-expect-error an optional value is left out, not undefined
  new ShopError('SHOP_DEBT', { owed: 1n, since: undefined });
  // @ts-expect-error a code without context takes none
  new ShopError('SHOP_GONE', { opensAt: '09:00' });
  // @ts-expect-error one of several codes still needs a context
  new ShopError(code);
  // @ts-expect-error context values are never bytes
  errorRow<{ key: Uint8Array }>({ summary: '', nextStep: '', retryable: false });
  // @ts-expect-error nor objects that may hold some
  errorRow<{ name: string; key: { bytes: number[] } }>({ summary: '', nextStep: '', retryable: false });
  // @ts-expect-error a row says what to do next
  errorRow({ summary: '', retryable: false });
  // @ts-expect-error a wire code is a number
  errorRow({ summary: '', nextStep: '', retryable: false, wireCode: '8001' });
}

export function narrowing(error: unknown): string | number | bigint | undefined {
  if (error instanceof ShopError) {
    // @ts-expect-error which context it has is not known yet
    void error.context.opensAt;
    if (error.code === 'SHOP_CLOSED') return error.context.opensAt satisfies string;
    if (error.code === 'SHOP_DEBT') return error.context.owed satisfies bigint;
    error.code satisfies 'SHOP_GONE';
    // @ts-expect-error this code has no context
    void error.context.owed;
    // @ts-expect-error no such code
    if (error.code === 'SHOP_LOST') return 1;
    // @ts-expect-error errors do not change
    error.retryable = true;
  }
  if (error instanceof PrimitivesError && error.code === 'PRIMITIVES_WRONG_LENGTH') {
    return error.context.expected satisfies number;
  }
  if (isCodedError(error)) return (error satisfies CodedErrorFields).wireCode;
  return undefined;
}

/** Every code of a table can be answered for, without a default. */
export function exhaustive(error: PrimitivesError): string {
  switch (error.code) {
    case 'PRIMITIVES_OUT_OF_BOUNDS':
      return `${error.context.wanted - error.context.left}`;
    case 'PRIMITIVES_BAD_ENCODING':
      return error.context.codec;
    case 'PRIMITIVES_WRONG_LENGTH':
      return `${error.context.codec}${error.context.actual}`;
    case 'PRIMITIVES_BODY_TOO_LONG':
      return `${error.context.maximumBytes}`;
    case 'PRIMITIVES_SECRET_DESTROYED':
    case 'PRIMITIVES_BAD_UTF8':
      return PRIMITIVES_ERRORS[error.code].nextStep;
  }
}
