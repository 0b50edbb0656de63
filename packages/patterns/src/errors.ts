import { type CodedErrorClass, type CodedErrorOf, defineErrors } from '@pubky-paykit/primitives';
import { HANDSHAKE_ERRORS } from './handshake/handshake-errors.ts';
import { IDENTITY_ERRORS } from './identity/identity-errors.ts';
import { RULE_ERRORS } from './rules/rule-errors.ts';
import { SELECTION_ERRORS } from './selection/selection-errors.ts';
import { SESSION_ERRORS } from './sessions/session-errors.ts';

export type { IdentityCheck, PayloadFault } from './identity/identity-errors.ts';
export type { SettingFault } from './selection/selection-errors.ts';

/** The codes of this package, by the part they come from. Those of `noise-core` (`NOISE_…`) pass through unchanged. */
export const PATTERNS_ERRORS = {
  ...HANDSHAKE_ERRORS,
  ...IDENTITY_ERRORS,
  ...RULE_ERRORS,
  ...SELECTION_ERRORS,
  ...SESSION_ERRORS,
} as const;

/** Thrown by everything in this package. */
export const PatternsError: CodedErrorClass<typeof PATTERNS_ERRORS> = defineErrors(
  'PatternsError',
  PATTERNS_ERRORS,
);
/** An error of this package: narrowing on `code` narrows `context`. */
export type PatternsError = CodedErrorOf<typeof PATTERNS_ERRORS>;
