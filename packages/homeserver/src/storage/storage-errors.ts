import { errorRow } from '@pubky-paykit/primitives';

/** What can go wrong with one request, by what the caller should do next. */
export const STORAGE_ERRORS = {
  HOMESERVER_BAD_KEY: errorRow<{ what: string; bytes: number }>({
    summary: 'the {what} key is {bytes} bytes long where 32 are needed',
    nextStep: 'Pass the 32 bytes of an Ed25519 public key; decode its z-base-32 text first.',
    retryable: false,
  }),
  HOMESERVER_BAD_LIMIT: errorRow<{ what: string }>({
    summary: 'the limit {what} is out of range',
    nextStep: 'Pass a whole number in the range its documentation gives.',
    retryable: false,
  }),
  HOMESERVER_BAD_CONTENT_TYPE: errorRow({
    summary: 'the content type is not one',
    nextStep: 'Pass a media type such as `application/json`, in ASCII and of at most 255 characters.',
    retryable: false,
  }),
  HOMESERVER_NO_HOMESERVER: errorRow({
    summary: 'the identity has not said where its homeserver is',
    nextStep: 'Check the identity; if it is your own, sign up, or sign in and name the homeserver.',
    retryable: false,
  }),
  HOMESERVER_UNLOCATED: errorRow({
    summary: 'the homeserver has not said at which address it answers',
    nextStep: 'Check the key of the homeserver; if it is right, try again later.',
    retryable: true,
  }),
  HOMESERVER_INSECURE_URL: errorRow<{ what: string }>({
    summary: 'the address of the {what} is not safe to send anything to',
    nextStep:
      'Use an https address without credentials, query and fragment; plain http is for this machine only.',
    retryable: false,
  }),
  HOMESERVER_OFFLINE: errorRow<{ what: string }>({
    summary: 'the {what} could not be reached, or the connection broke',
    nextStep:
      'Check the connection and try again; a write may or may not have been done, and can be repeated.',
    retryable: true,
  }),
  HOMESERVER_TIMED_OUT: errorRow<{ what: string; afterMs: number }>({
    summary: '{what} took longer than {afterMs} ms',
    nextStep: 'Try again, or allow more time; a write may have been done, and can be repeated.',
    retryable: true,
  }),
  HOMESERVER_CANCELLED: errorRow<{ what: string }>({
    summary: '{what} was cancelled by its signal',
    nextStep: 'Nothing, if this was wanted.',
    retryable: false,
  }),
  HOMESERVER_UNAUTHORISED: errorRow<{ what: string }>({
    summary: 'the homeserver does not know the session any more ({what})',
    nextStep: 'Sign in again.',
    retryable: false,
  }),
  HOMESERVER_FORBIDDEN: errorRow<{ what: string }>({
    summary: 'the session may not do this ({what})',
    nextStep: 'Use a path within the capabilities of the session, or ask for wider ones.',
    retryable: false,
  }),
  HOMESERVER_BODY_TOO_LARGE: errorRow<{ bytes: number }>({
    summary: 'the file of {bytes} bytes is larger than may be stored',
    nextStep: 'Store less, or split it into several files.',
    retryable: false,
  }),
  HOMESERVER_ANSWER_TOO_LARGE: errorRow<{ what: string; maximumBytes: number }>({
    summary: 'the {what} is larger than the {maximumBytes} bytes allowed',
    nextStep: 'Allow more if that much is really expected; otherwise treat it as not there.',
    retryable: false,
  }),
  HOMESERVER_QUOTA_EXCEEDED: errorRow({
    summary: 'the space of this identity on its homeserver is used up',
    nextStep: 'Delete what is not needed any more, or get more space, then write again.',
    retryable: false,
  }),
  HOMESERVER_RATE_LIMITED: errorRow<{ retryAfterMs: number | undefined }>({
    summary: 'the homeserver wants fewer requests',
    nextStep: 'Wait (for `retryAfterMs`, where the server said how long), then try again.',
    retryable: true,
  }),
  HOMESERVER_SERVER_ERROR: errorRow<{ status: number }>({
    summary: 'the homeserver failed with status {status}',
    nextStep: 'Try again later; a write may have been done, and can be repeated.',
    retryable: true,
  }),
  HOMESERVER_REFUSED: errorRow<{ what: string; status: number }>({
    summary: 'the server refused {what} with status {status}',
    nextStep: 'Do not repeat it; the server is of another kind or version, or its address is wrong.',
    retryable: false,
  }),
} as const;
