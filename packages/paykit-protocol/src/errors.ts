import { type CodedErrorClass, type CodedErrorOf, defineErrors, errorRow } from '@pubky-paykit/primitives';

/** What is wrong with a JSON text. */
export type JsonProblem =
  | 'not-utf-8'
  | 'syntax'
  | 'trailing-text'
  | 'duplicate-member'
  | 'lone-surrogate'
  | 'name-too-long'
  | 'number-too-long'
  | 'number-out-of-range'
  | 'too-deep';

/** What is wrong with one field of a message or receipt. */
export type FieldProblem =
  | 'missing'
  | 'wrong-type'
  | 'empty'
  | 'too-long'
  | 'too-deep'
  | 'wrong-length'
  | 'out-of-range'
  | 'lone-surrogate'
  | 'not-a-key'
  | 'not-hex'
  | 'not-json'
  | 'not-an-amount';

/** The codes of this package. */
export const PAYKIT_ERRORS = {
  PAYKIT_MESSAGE_TOO_LONG: errorRow<{ bytes: number; maximum: number }>({
    summary: 'the message has {bytes} bytes where {maximum} are allowed',
    nextStep: 'Shorten the metadata or the endpoint; drop it if it came from a peer.',
    retryable: false,
    wireCode: 4000,
  }),
  PAYKIT_BAD_JSON: errorRow<{ problem: JsonProblem; offset: number }>({
    summary: 'the text is not strict JSON ({problem} at {offset})',
    nextStep: 'Drop the message and end the session.',
    retryable: false,
    wireCode: 4000,
  }),
  PAYKIT_UNKNOWN_MESSAGE: errorRow<{ type: string }>({
    summary: 'there is no message type {type}',
    nextStep: 'Drop the message and end the session; the peer may speak another generation.',
    retryable: false,
    wireCode: 4000,
  }),
  PAYKIT_BAD_FIELD: errorRow<{ field: string; problem: FieldProblem }>({
    summary: 'the field {field} cannot be used ({problem})',
    nextStep: 'Correct the field; drop the message if it came from a peer.',
    retryable: false,
    wireCode: 4000,
  }),
  PAYKIT_CONFIRMATION_MISMATCH: errorRow<{ field: string }>({
    summary: 'the confirmation differs from the request in {field}',
    nextStep: 'Do not pay: the payee confirmed something else. Nothing was stored.',
    retryable: false,
    wireCode: 6000,
  }),
  PAYKIT_REFUSED_BY_PEER: errorRow<{ peerCode: string; peerMessage: string }>({
    summary: 'the payee refused the request with {peerCode}',
    nextStep: 'Read the code of the payee, change the request and send it under a new id.',
    retryable: false,
    wireCode: 6000,
  }),
  PAYKIT_PEER_UNAVAILABLE: errorRow<{ peerCode: string; peerMessage: string }>({
    summary: 'the payee cannot answer the request now',
    nextStep: 'Send the same request again later, over a new session.',
    retryable: true,
    wireCode: 6000,
  }),
  PAYKIT_UNEXPECTED_MESSAGE: errorRow<{ type: string; wanted: string }>({
    summary: 'a message {type} came where {wanted} was wanted',
    nextStep: 'End the session and ask again over a new one.',
    retryable: false,
    wireCode: 6000,
  }),
  PAYKIT_TOO_MANY_ACKS: errorRow<{ maximum: number }>({
    summary: 'more than {maximum} Acks came before the confirmation',
    nextStep: 'End the session and ask again over a new one.',
    retryable: false,
    wireCode: 6000,
  }),
  PAYKIT_TOO_MANY_REQUESTS: errorRow<{ maximum: number }>({
    summary: 'the limit of {maximum} requests nobody has proven was reached on one channel',
    nextStep: 'End the session; what was noted before stays noted.',
    retryable: false,
    wireCode: 6000,
  }),
  PAYKIT_TIMED_OUT: errorRow<{ what: string; afterMs: number }>({
    summary: '{what} took longer than {afterMs} ms',
    nextStep: 'Open a new session and send the same request again: repeats are answered once.',
    retryable: true,
    wireCode: 8001,
  }),
  PAYKIT_CANCELLED: errorRow<{ what: string }>({
    summary: '{what} was cancelled',
    nextStep: 'Send the same request again over a new session if it is still wanted.',
    retryable: true,
    wireCode: 99_999,
  }),
  PAYKIT_CHANNEL_CLOSED: errorRow<{ wanted: string }>({
    summary: 'the peer closed the channel before {wanted}',
    nextStep: 'Open a new session and send the same request again: repeats are answered once.',
    retryable: true,
    wireCode: 8000,
  }),
  PAYKIT_CHANNEL_FAILED: errorRow<{ doing: 'send' | 'receive' }>({
    summary: 'the channel failed to {doing}',
    nextStep: 'Look at the cause, then open a new session and send the same request again.',
    retryable: true,
    wireCode: 8000,
  }),
  PAYKIT_STORE_FAILED: errorRow({
    summary: 'the receipt could not be stored',
    nextStep: 'Look at the cause; once the store works, send the same request again.',
    retryable: true,
    wireCode: 9000,
  }),
  PAYKIT_STORE_FULL: errorRow<{ capacity: number; maximumBytes: number }>({
    summary: 'the memory store holds {capacity} receipts or {maximumBytes} bytes and takes no more',
    nextStep: 'Use a durable store, or give this one a greater capacity.',
    retryable: false,
    wireCode: 9000,
  }),
  PAYKIT_RECEIPT_CONFLICT: errorRow<{ field: string }>({
    summary: 'another receipt with this id is stored already (it differs in {field})',
    nextStep: 'Look at the stored receipt; use a new id for a new payment.',
    retryable: false,
    wireCode: 6000,
  }),
  PAYKIT_GENERATOR_FAILED: errorRow({
    summary: 'the receipt generator failed',
    nextStep: 'Look at the cause; the payer was told UNAVAILABLE and may ask again.',
    retryable: true,
    wireCode: 99_999,
  }),
  PAYKIT_LOOKUP_FAILED: errorRow<{ what: 'methods' | 'payer' }>({
    summary: 'looking up the {what} failed',
    nextStep: 'Look at the cause; the payer may send the same request again.',
    retryable: true,
    wireCode: 99_999,
  }),
  PAYKIT_ILLEGAL_TRANSITION: errorRow<{ role: string; state: string; event: string }>({
    summary: 'a {role} in state {state} cannot take the event {event}',
    nextStep: 'Start a new negotiation; a finished one cannot be used again.',
    retryable: false,
    wireCode: 6000,
  }),
} as const;

/** Thrown by everything in this package. */
export const PaykitError: CodedErrorClass<typeof PAYKIT_ERRORS> = defineErrors('PaykitError', PAYKIT_ERRORS);
/** An error of this package: narrowing on `code` narrows `context`. */
export type PaykitError = CodedErrorOf<typeof PAYKIT_ERRORS>;

/** Everything that work under a deadline is rejected with has a code of ours; the rest is a mistake, and thrown. */
export function asPaykitError(error: unknown): PaykitError {
  if (error instanceof PaykitError) return error;
  throw error;
}

/** The refusal of one field, by its path in the JSON. */
export function badField(field: string, problem: FieldProblem): PaykitError {
  return new PaykitError('PAYKIT_BAD_FIELD', { field, problem });
}
