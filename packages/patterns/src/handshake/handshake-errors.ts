import { errorRow } from '@pubky-paykit/primitives';

/** What ends a handshake, or stands against a call at the wrong time. */
export const HANDSHAKE_ERRORS = {
  PATTERNS_PAYLOAD_UNEXPECTED: errorRow<{ bytes: number }>({
    summary: 'the first message carries {bytes} bytes where this pattern carries none',
    nextStep: 'Close the connection; the negotiation byte may have been changed on the way.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_WEAK_KEY: errorRow<{ key: 'local static' | 'remote static' | 'claimed static' }>({
    summary: 'the {key} key gives no secrecy: it is zero or of low order',
    nextStep: 'Drop the key; look the peer up again, or derive a new local key.',
    retryable: false,
    wireCode: 7000,
  }),
  PATTERNS_SUITE_REFUSED: errorRow<{ expected: string }>({
    summary: 'the suite is not {expected}',
    nextStep: 'Pass a backend of that suite, or leave the option out.',
    retryable: false,
  }),
  PATTERNS_PROLOGUE_INVALID: errorRow<{ fault: 'too-long' | 'lone-surrogate' }>({
    summary: 'the prologue is refused: {fault}',
    nextStep:
      'Use a short, fixed label that both sides know: at most 1 024 bytes, or text without lone surrogates.',
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
  PATTERNS_EXCHANGE_CALL: errorRow<{ wanted: string }>({
    summary: 'the handshake wants {wanted}',
    nextStep: 'Correct the call; the handshake goes on.',
    retryable: false,
    wireCode: 3000,
  }),
  PATTERNS_PENDING_FULL: errorRow<{ maximum: number }>({
    summary: '{maximum} handshakes are waiting already',
    nextStep: 'Try again when some have ended or expired, limit new connections, or allow more.',
    retryable: true,
    wireCode: 6000,
  }),
  PATTERNS_HANDLE_UNKNOWN: errorRow({
    summary: 'no handshake waits under this handle: it has ended, was cancelled, or has expired',
    nextStep: 'Start a new handshake.',
    retryable: false,
    wireCode: 99_999,
  }),
  PATTERNS_HANDLE_BUSY: errorRow({
    summary: 'a call is still running for this handle',
    nextStep: 'Await that call first; the handshake goes on.',
    retryable: true,
    wireCode: 3000,
  }),
} as const;
