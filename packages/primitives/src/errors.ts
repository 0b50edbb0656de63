import { type CodedErrorClass, type CodedErrorOf, defineErrors, errorRow } from './coded-error.ts';

/** The codes of this package. */
export const PRIMITIVES_ERRORS = {
  PRIMITIVES_OUT_OF_BOUNDS: errorRow<{ wanted: number; left: number }>({
    summary: '{wanted} bytes were wanted where only {left} are left',
    nextStep: 'Treat the input as truncated or the output as too small, and drop it.',
    retryable: false,
  }),
  PRIMITIVES_BAD_ENCODING: errorRow<{ codec: string; expectedBytes?: number }>({
    summary: 'the text is not canonical {codec}',
    nextStep: 'Check that the whole text was copied and that it uses the strict form of this encoding.',
    retryable: false,
  }),
  PRIMITIVES_WRONG_LENGTH: errorRow<{ codec: string; expected: number; actual: number }>({
    summary: 'the {codec} text stands for {actual} bytes where {expected} are needed',
    nextStep: 'Check that the whole text was copied.',
    retryable: false,
  }),
  PRIMITIVES_SECRET_DESTROYED: errorRow({
    summary: 'the secret was already destroyed',
    nextStep: 'Keep the owner alive for as long as the secret is needed, or load the secret again.',
    retryable: false,
  }),
  PRIMITIVES_TIMED_OUT: errorRow<{ what: string; afterMs: number }>({
    summary: '{what} took longer than {afterMs} ms',
    nextStep: 'Try again later, or allow more time.',
    retryable: true,
    wireCode: 8001,
  }),
  PRIMITIVES_BAD_UTF8: errorRow({
    summary: 'the bytes are not well-formed UTF-8',
    nextStep: 'Drop the input.',
    retryable: false,
  }),
} as const;

/** Thrown by everything in this package. */
export const PrimitivesError: CodedErrorClass<typeof PRIMITIVES_ERRORS> = defineErrors(
  'PrimitivesError',
  PRIMITIVES_ERRORS,
);
export type PrimitivesError = CodedErrorOf<typeof PRIMITIVES_ERRORS>;
