import { errorRow } from '@pubky-paykit/primitives';

/** What can be wrong with an auth token before anybody asks for the time. */
export type TokenFault =
  | 'length'
  | 'namespace'
  | 'version'
  | 'timestamp'
  | 'capabilities'
  | 'signer'
  | 'signature';

/** What can be wrong with the text of a path. */
export type PathFault =
  | 'not-text'
  | 'relative'
  | 'not-public'
  | 'empty-segment'
  | 'dot-segment'
  | 'control-character'
  | 'backslash'
  | 'escape'
  | 'lone-surrogate'
  | 'segment-too-long'
  | 'too-long'
  | 'cursor'
  | 'is-directory'
  | 'is-file';

/** What can be wrong with a list of capabilities. */
export type CapabilityFault = 'too-long' | 'format' | 'scope' | 'action';

/** What can be wrong with the link a signer is asked with. */
export type AuthRequestFault =
  | 'too-long'
  | 'scheme'
  | 'intent'
  | 'encoding'
  | 'missing'
  | 'duplicate'
  | 'relay'
  | 'secret'
  | 'homeserver'
  | 'invite';

/** Refusals of the codecs that client and server share. */
export const WIRE_ERRORS = {
  HOMESERVER_BAD_TOKEN: errorRow<{ fault: TokenFault }>({
    summary: 'the auth token is malformed or not signed by its key ({fault})',
    nextStep: 'Make a new token with the key of the identity; a server drops this one.',
    retryable: false,
  }),
  HOMESERVER_TOKEN_EXPIRED: errorRow<{ ageMs: number; windowMs: number }>({
    summary: 'the auth token is {ageMs} ms old where at most {windowMs} are allowed',
    nextStep: 'Sign a new token; if it is refused again, set the clock of this device.',
    retryable: true,
  }),
  HOMESERVER_TOKEN_EARLY: errorRow<{ aheadMs: number; windowMs: number }>({
    summary: 'the auth token was signed {aheadMs} ms in the future where at most {windowMs} are allowed',
    nextStep: 'Set the clock of the device that signed it, then sign a new token.',
    retryable: false,
  }),
  HOMESERVER_BAD_PATH: errorRow<{ fault: PathFault }>({
    summary: 'the path is refused ({fault})',
    nextStep:
      'Use a plain, not percent-encoded path such as `/pub/app/file`: segments of 1 to 255 bytes, no `.` or `..`, a trailing slash for directories only.',
    retryable: false,
  }),
  HOMESERVER_BAD_CAPABILITIES: errorRow<{ fault: CapabilityFault; entry: number }>({
    summary: 'entry {entry} of the capabilities is refused ({fault})',
    nextStep:
      'Write each as scope, colon and actions, separated by commas: `/pub/app/:rw,/pub/other/file:r`.',
    retryable: false,
  }),
  HOMESERVER_BAD_AUTH_REQUEST: errorRow<{ fault: AuthRequestFault; parameter: string }>({
    summary: 'the sign-in link is refused ({fault}: {parameter})',
    nextStep: 'Ask the app for a new link or QR code, and copy all of it.',
    retryable: false,
  }),
  HOMESERVER_BAD_SEALED_TOKEN: errorRow<{ bytes: number }>({
    summary: 'the {bytes} bytes from the auth relay are not sealed with the secret of this sign-in link',
    nextStep: 'Start a new sign-in; somebody may have written into the channel.',
    retryable: false,
  }),
  HOMESERVER_BAD_ANSWER: errorRow<{ what: string; fault: string }>({
    summary: 'the homeserver sent a {what} that cannot be read ({fault})',
    nextStep: 'Treat the server as faulty or hostile; nothing of the answer was used.',
    retryable: false,
  }),
} as const;
