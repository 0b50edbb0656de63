import { errorRow } from '@pubky-paykit/primitives';

/** What the rules of one side refuse a peer for, and how they fail themselves. */
export const RULE_ERRORS = {
  PATTERNS_IDENTITY_REFUSED: errorRow({
    summary: 'the peer proved its identity, but it is not on the allow list',
    nextStep: 'Close the connection, or add the identity to the allow list.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_STATIC_REFUSED: errorRow({
    summary: 'the peer proved its Noise key, but that key is not allowed here',
    nextStep: 'Close the connection, or allow the key.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_STATIC_UNEXPECTED: errorRow<{ expected: string; presented: string }>({
    summary: 'the peer proved the Noise key {presented}… where {expected}… was expected',
    nextStep: 'Close the connection: this is another peer, or its key has changed. Look the key up again.',
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_ALLOW_FAILED: errorRow({
    summary: 'the allowIdentity callback failed',
    nextStep: 'See the cause; the identity was not accepted.',
    retryable: true,
  }),
  PATTERNS_PIN_CHANGED: errorRow<{ pinned: string; presented: string }>({
    summary: 'the peer proved the Noise key {presented}…, but {pinned}… was pinned at first contact',
    nextStep:
      'Ask the user: the peer has changed its key, or somebody poses as it. Remove the pin only when you are sure.',
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_PIN_STORE_FULL: errorRow<{ maximum: number }>({
    summary: 'the pin store holds {maximum} peers and takes no more',
    nextStep: 'Remove peers that are not needed, or use a larger store.',
    retryable: false,
    wireCode: 9000,
  }),
  PATTERNS_TRUST_FAILED: errorRow({
    summary: 'the pin store or the verifyStatic callback failed',
    nextStep: 'See the cause; the key was not trusted.',
    retryable: true,
    wireCode: 9000,
  }),
  PATTERNS_REPLAYED: errorRow({
    summary: 'this first message was received before',
    nextStep: 'Close the connection; somebody sends a recording.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_REPLAY_CACHE_FULL: errorRow<{ maximum: number }>({
    summary: 'the replay cache holds {maximum} first messages and cannot tell another one from a recording',
    nextStep: 'Wait until old ones are forgotten, limit new connections, or use a larger cache.',
    retryable: true,
    wireCode: 6000,
  }),
  PATTERNS_REPLAY_CACHE_FAILED: errorRow({
    summary: 'the replay cache failed',
    nextStep: 'See the cause; the handshake was refused.',
    retryable: true,
    wireCode: 9000,
  }),
} as const;
