import { errorRow } from '@pubky-paykit/primitives';

/** What is wrong with one member of a policy's settings. */
export type SettingFault =
  | 'unreadable'
  | 'not-an-object'
  | 'not-a-list'
  | 'not-a-text'
  | 'not-a-number'
  | 'unknown-member'
  | 'unknown-pattern'
  | 'wrong-count'
  | 'out-of-range'
  | 'duplicate';

/** Why no pattern is chosen. */
export const SELECTION_ERRORS = {
  PATTERNS_PATTERN_UNKNOWN: errorRow<{ name: string }>({
    summary: '"{name}" is no pattern',
    nextStep: 'Use one of IK, IK-raw, N, NN, XX.',
    retryable: false,
    wireCode: 3000,
  }),
  PATTERNS_NO_PATTERN: errorRow<{ missing: string; remoteKey: string }>({
    summary: 'no pattern keeps this side unnamed here: what is missing is {missing}; its key is {remoteKey}',
    nextStep: 'Look the peer up and verify its record first, or connect under your name.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_NO_PATTERN_ALLOWED: errorRow<{ wanted: string; because: string; missing: string }>({
    summary: '{wanted} cannot be used ({because}), and nothing to fall back to gives {missing}',
    nextStep: 'Switch a pattern on that gives it, add one to the fallback, or demand less.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_TRUST_MISSING: errorRow({
    summary: 'nothing could speak for the key that a first contact shows',
    nextStep: 'Pass pins to trust on first use, or verifyStatic, or the key you were told.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_PIN_SUSPECT: errorRow<{ pinned: string }>({
    summary:
      'the peer did not answer to the Noise key {pinned}… that was pinned; it may have changed its key',
    nextStep:
      'Try once more; if it happens again, connect with XX and the same pins, which shows a changed key beside the pinned one.',
    retryable: true,
    wireCode: 5000,
  }),
  PATTERNS_KEYS_DIFFER: errorRow<{ known: string; knownFrom: string; other: string; otherFrom: string }>({
    summary: 'two Noise keys are known of this peer: {known}… ({knownFrom}) and {other}… ({otherFrom})',
    nextStep:
      'Ask the user which is right; nothing was sent. Remove the pin if a verified record shows that the key was rotated.',
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_POLICY_INVALID: errorRow<{ member: string; fault: SettingFault }>({
    summary: 'the settings of the pattern policy are refused at "{member}": {fault}',
    nextStep: 'Correct the settings (patterns are called IK, IK-raw, N, NN, XX); those before stay in force.',
    retryable: false,
  }),
} as const;
