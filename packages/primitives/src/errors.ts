import { type CodedErrorClass, type CodedErrorOf, defineErrors, errorRow } from './coded-error.ts';

/** The codes of this package. */
export const PRIMITIVES_ERRORS = {
  PRIMITIVES_OUT_OF_BOUNDS: /* @__PURE__ */ errorRow<{ wanted: number; left: number }>({
    summary: '{wanted} bytes were wanted where {left} are left',
    nextStep: 'Treat the input as malformed, or the output as wrongly sized, and drop it.',
    retryable: false,
  }),
  PRIMITIVES_BAD_ENCODING: /* @__PURE__ */ errorRow<{ codec: string }>({
    summary: 'the text is not canonical {codec}',
    nextStep: 'Check that the whole text was copied and that it uses the strict form of this encoding.',
    retryable: false,
  }),
  PRIMITIVES_WRONG_LENGTH: /* @__PURE__ */ errorRow<{ codec: string; expected: number; actual: number }>({
    summary: 'the {codec} text stands for {actual} bytes where {expected} are needed',
    nextStep: 'Check that the whole text was copied.',
    retryable: false,
  }),
  PRIMITIVES_SECRET_DESTROYED: /* @__PURE__ */ errorRow({
    summary: 'the secret was already destroyed',
    nextStep: 'Keep the owner alive for as long as the secret is needed, or load the secret again.',
    retryable: false,
  }),
  PRIMITIVES_BODY_TOO_LONG: /* @__PURE__ */ errorRow<{ maximumBytes: number }>({
    summary: 'the response is longer than the {maximumBytes} bytes allowed',
    nextStep: 'Treat the server as faulty or hostile, or allow more if that much is really expected.',
    retryable: false,
  }),
  PRIMITIVES_BAD_UTF8: /* @__PURE__ */ errorRow({
    summary: 'the bytes are not well-formed UTF-8',
    nextStep: 'Drop the input.',
    retryable: false,
  }),
} as const;

/** Thrown by everything in this package. */
export const PrimitivesError: CodedErrorClass<typeof PRIMITIVES_ERRORS> = /* @__PURE__ */ defineErrors(
  'PrimitivesError',
  PRIMITIVES_ERRORS,
);
/** An error of this package: narrowing on `code` narrows `context`. */
export type PrimitivesError = CodedErrorOf<typeof PRIMITIVES_ERRORS>;
