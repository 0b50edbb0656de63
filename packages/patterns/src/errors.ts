import { type CodedErrorClass, type CodedErrorOf, defineErrors, errorRow } from '@pubky-paykit/primitives';

/** Why an identity payload could not be read. */
export type PayloadFault =
  | 'too-long'
  | 'not-utf8'
  | 'syntax'
  | 'too-deep'
  | 'duplicate-member'
  | 'missing-member'
  | 'not-a-byte'
  | 'wrong-length'
  | 'unknown-role'
  | 'trailing-data';

/** Which of the checks on a peer's identity failed. */
export type IdentityCheck = 'noise-key' | 'role' | 'signature';

/** The codes of this package. Those of `noise-core` (`NOISE_…`) pass through unchanged. */
export const PATTERNS_ERRORS = {
  PATTERNS_PAYLOAD_INVALID: errorRow<{ fault: PayloadFault; offset: number }>({
    summary: 'the identity payload is refused at character {offset}: {fault}',
    nextStep: 'Close the connection; the peer does not speak IK with an identity.',
    retryable: false,
    wireCode: 4000,
  }),
  PATTERNS_IDENTITY_UNVERIFIED: errorRow<{ check: IdentityCheck }>({
    summary: 'the peer did not prove the identity it claims: {check}',
    nextStep: 'Close the connection and treat the peer as a stranger.',
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_IDENTITY_REFUSED: errorRow({
    summary: 'the peer proved its identity, but it is not on the allow list',
    nextStep: 'Close the connection, or add the identity to the allow list.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_WEAK_KEY: errorRow<{ key: 'local static' | 'remote static' | 'claimed static' }>({
    summary: 'the {key} key gives no secrecy: it is zero or of low order',
    nextStep: 'Drop the key; look the peer up again, or derive a new local key.',
    retryable: false,
    wireCode: 7000,
  }),
  PATTERNS_KEY_LENGTH: errorRow<{ what: string; expected: number; actual: number }>({
    summary: 'the {what} has {actual} bytes where {expected} are needed',
    nextStep: 'Pass the whole value; it is never padded or cut.',
    retryable: false,
    wireCode: 1000,
  }),
  PATTERNS_CONTEXT_INVALID: errorRow({
    summary: 'the derivation context is not well-formed text',
    nextStep: 'Pass text without lone surrogates, or bytes.',
    retryable: false,
    wireCode: 1000,
  }),
  PATTERNS_SIGNER_DESTROYED: errorRow({
    summary: 'the identity signer was already destroyed',
    nextStep: 'Create the signer again from its seed.',
    retryable: false,
    wireCode: 1000,
  }),
  PATTERNS_SIGNER_FAILED: errorRow({
    summary: 'the identity signer did not sign',
    nextStep: 'See the cause, then start a new handshake.',
    retryable: true,
    wireCode: 1000,
  }),
  PATTERNS_SIGNER_WRONG: errorRow({
    summary: 'the identity signer answered with something that is no signature by its public key',
    nextStep: 'Check that the signer signs plain Ed25519 with the key it names.',
    retryable: false,
    wireCode: 1000,
  }),
  PATTERNS_ALLOW_FAILED: errorRow({
    summary: 'the allowIdentity callback failed',
    nextStep: 'See the cause; the identity was not accepted.',
    retryable: true,
  }),
  PATTERNS_SUITE_REFUSED: errorRow<{ expected: string }>({
    summary: 'the suite is not {expected}',
    nextStep: 'Pass a backend of that suite, or leave the option out.',
    retryable: false,
  }),
  PATTERNS_PROLOGUE_INVALID: errorRow<{ maximum: number; actual: number }>({
    summary: 'the prologue has {actual} bytes where at most {maximum} are allowed',
    nextStep: 'Use a short, fixed label that both sides know.',
    retryable: false,
  }),
  PATTERNS_OUT_OF_TURN: errorRow<{ called: string; turn: string }>({
    summary: '{called} was called when the turn was {turn}',
    nextStep: 'Follow `turn`; this handshake has ended, start a new one.',
    retryable: false,
    wireCode: 3000,
  }),
  PATTERNS_BUSY: errorRow<{ called: string }>({
    summary: '{called} was called while an earlier call was still running',
    nextStep: 'Await each call before the next; this handshake has ended, start a new one.',
    retryable: false,
    wireCode: 3000,
  }),
  PATTERNS_HANDSHAKE_ENDED: errorRow<{ by: string }>({
    summary: 'the handshake has ended already, by {by}',
    nextStep: 'Start a new handshake.',
    retryable: false,
    wireCode: 3000,
  }),
} as const;

/** Thrown by everything in this package. */
export const PatternsError: CodedErrorClass<typeof PATTERNS_ERRORS> = defineErrors(
  'PatternsError',
  PATTERNS_ERRORS,
);
/** An error of this package: narrowing on `code` narrows `context`. */
export type PatternsError = CodedErrorOf<typeof PATTERNS_ERRORS>;
