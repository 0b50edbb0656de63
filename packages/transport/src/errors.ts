import {
  type CodedErrorClass,
  type CodedErrorOf,
  defineErrors,
  errorRow,
  isCodedError,
} from '@pubky-paykit/primitives';

/** The codes of this package. */
export const TRANSPORT_ERRORS = {
  TRANSPORT_FRAME_TOO_LONG: errorRow<{ length: number; maximum: number }>({
    summary: 'the peer announced a frame of {length} bytes where at most {maximum} are allowed',
    nextStep: 'Drop the connection; the peer does not speak this protocol or is hostile.',
    retryable: false,
    wireCode: 3000,
  }),
  TRANSPORT_FRAME_TOO_SHORT: errorRow<{ length: number; minimum: number }>({
    summary: 'the peer announced a frame of {length} bytes where at least {minimum} are needed',
    nextStep: 'Drop the connection; the peer does not speak this protocol or is hostile.',
    retryable: false,
    wireCode: 3000,
  }),
  TRANSPORT_TRUNCATED: errorRow<{ received: number; expected: number }>({
    summary: 'the connection ended after {received} of {expected} bytes of a frame',
    nextStep: 'Connect again, and treat the last message as not received.',
    retryable: true,
    wireCode: 8000,
  }),
  TRANSPORT_HANDSHAKE_CUT: errorRow<{ messages: number }>({
    summary: 'the peer closed the connection during the handshake (messages done: {messages})',
    nextStep:
      "Check the peer's key, the pattern and whether the peer accepts connections, then connect again.",
    retryable: true,
    wireCode: 8000,
  }),
  TRANSPORT_PATTERN_REFUSED: errorRow<{ octet: number }>({
    summary: 'the peer asked for pattern {octet}, which is not offered here',
    nextStep: 'Drop the connection, or offer that pattern.',
    retryable: false,
  }),
  TRANSPORT_MESSAGE_TOO_LONG: errorRow<{ length: number; maximum: number }>({
    summary: 'a message of {length} bytes does not fit into one frame of at most {maximum}',
    nextStep: 'Send a shorter message; the channel is still good.',
    retryable: false,
  }),
  TRANSPORT_TIMED_OUT: errorRow<{ what: string; afterMs: number }>({
    summary: '{what} took longer than {afterMs} ms',
    nextStep: 'Try again, or allow more time.',
    retryable: true,
    wireCode: 8001,
  }),
  TRANSPORT_IDLE: errorRow<{ afterMs: number }>({
    summary: 'no message went either way for {afterMs} ms',
    nextStep: 'Connect again when there is something to say, or allow a longer silence.',
    retryable: true,
    wireCode: 8001,
  }),
  TRANSPORT_ABORTED: errorRow<{ what: string }>({
    summary: '{what} was cancelled by its signal',
    nextStep: 'Nothing, if this was wanted.',
    retryable: false,
  }),
  TRANSPORT_CLOSED: errorRow<{ because: string }>({
    summary: 'the channel is closed ({because})',
    nextStep: 'Open a new channel.',
    retryable: false,
  }),
  TRANSPORT_RECEIVE_IN_PROGRESS: errorRow({
    summary: 'another receive is waiting on this channel',
    nextStep: 'Wait for it to settle before the next one; a channel has one reader.',
    retryable: false,
  }),
  TRANSPORT_CONNECTION_LOST: errorRow<{ reason: string }>({
    summary: 'the connection broke ({reason})',
    nextStep: 'Connect again, and treat messages that were not answered as not received.',
    retryable: true,
    wireCode: 8000,
  }),
  TRANSPORT_CONNECT_FAILED: errorRow<{ host: string; port: number; reason: string }>({
    summary: 'no connection to {host}, port {port} ({reason})',
    nextStep: 'Check the address and that the peer is listening, then try again.',
    retryable: true,
    wireCode: 8000,
  }),
  TRANSPORT_LISTEN_FAILED: errorRow<{ host: string; port: number; reason: string }>({
    summary: 'cannot listen on {host}, port {port} ({reason})',
    nextStep: 'Choose a free port (0 picks one) and an address of this machine.',
    retryable: false,
    wireCode: 8000,
  }),
  TRANSPORT_INSECURE_HOST: errorRow<{ host: string }>({
    summary: 'plain TCP to or on {host} would leave this machine',
    nextStep: 'Use a loopback address, or say `allowInsecure: true` if that is really meant.',
    retryable: false,
    wireCode: 6000,
  }),
} as const;

/** Thrown by everything in this package; errors of the handshake and the session pass through as they are. */
export const TransportError: CodedErrorClass<typeof TRANSPORT_ERRORS> = defineErrors(
  'TransportError',
  TRANSPORT_ERRORS,
);
/** An error of this package: narrowing on `code` narrows `context`. */
export type TransportError = CodedErrorOf<typeof TRANSPORT_ERRORS>;

/** The short name a foreign error goes by, such as `ECONNRESET`; never its message. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}

/** Coded errors pass; whatever else a byte stream throws becomes TRANSPORT_CONNECTION_LOST. */
export function connectionLost(error: unknown): Error {
  if (isCodedError(error)) return error;
  return new TransportError('TRANSPORT_CONNECTION_LOST', { reason: reasonOf(error) }, { cause: error });
}
