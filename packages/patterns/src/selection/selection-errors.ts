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
  PATTERNS_POLICY_INVALID: errorRow<{ member: string; fault: SettingFault }>({
    summary: 'the settings of the pattern policy are refused at "{member}": {fault}',
    nextStep: 'Correct the settings; those before stay in force.',
    retryable: false,
  }),
} as const;
