import { errorRow } from '@pubky-paykit/primitives';

/** What can go wrong with signing up, in and out. */
export const SESSION_ERRORS = {
  HOMESERVER_ALREADY_SIGNED_UP: errorRow({
    summary: 'the identity has an account on this homeserver already',
    nextStep: 'Sign in, naming the homeserver.',
    retryable: false,
  }),
  HOMESERVER_NOT_SIGNED_UP: errorRow({
    summary: 'the identity has no account on its homeserver',
    nextStep: 'Sign up first.',
    retryable: false,
  }),
  HOMESERVER_INVITE_REFUSED: errorRow<{ given: boolean }>({
    summary: 'the homeserver wants an invite, and none or no good one was given',
    nextStep: 'Get a fresh invite from whoever runs the homeserver; each is good for one sign-up.',
    retryable: false,
  }),
  HOMESERVER_TOKEN_REFUSED: errorRow<{ skewMs: number | undefined }>({
    summary: 'the homeserver refused the auth token, most likely for its time',
    nextStep:
      'Set the clock of this device (`skewMs` says how far it is ahead, where known), then try again.',
    retryable: true,
  }),
  HOMESERVER_SESSION_CLOSED: errorRow({
    summary: 'the session was signed out or closed',
    nextStep: 'Sign in again, or restore an exported session.',
    retryable: false,
  }),
  HOMESERVER_BAD_SESSION_EXPORT: errorRow({
    summary: 'the exported session cannot be read',
    nextStep: 'Sign in again, and keep what `export` gives as it is.',
    retryable: false,
  }),
  HOMESERVER_VAULT_FAILED: errorRow<{ what: string }>({
    summary: 'the vault could not {what} a session',
    nextStep:
      'Make sure that the vault can be used, then try again; after a sign-out there is nothing left to do.',
    retryable: true,
  }),
  HOMESERVER_FLOW_CLOSED: errorRow({
    summary: 'the sign-in link was closed or has been used',
    nextStep: 'Start a new one.',
    retryable: false,
  }),
  HOMESERVER_SIGN_UP_NOT_AGREED: errorRow({
    summary: 'the sign-in link asks for a sign-up, and nobody has agreed to that',
    nextStep:
      'Show its owner which homeserver it is; if that is where the identity shall move, pass `signUp: true`.',
    retryable: false,
  }),
  HOMESERVER_DIRECTORY_FAILED: errorRow<{ what: string }>({
    summary: 'the directory could not {what}',
    nextStep: 'See the cause, and try again.',
    retryable: true,
  }),
} as const;
