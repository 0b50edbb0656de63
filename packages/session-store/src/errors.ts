import {
  type CodedErrorClass,
  type CodedErrorOf,
  defineErrors,
  errorRow,
  isCodedError,
} from '@pubky-paykit/primitives';

/** The codes of this package. Keys are public and may be named; values never are. */
export const SESSION_STORE_ERRORS = {
  STORE_CONFLICT: /* @__PURE__ */ errorRow<{ key: string; expected: string; found: string }>({
    summary: 'the entry under {key} has changed (expected {expected}, found {found})',
    nextStep: 'Read the entry again and decide anew; nothing was written.',
    retryable: false,
  }),
  STORE_CONTENDED: /* @__PURE__ */ errorRow<{ key: string; attempts: number }>({
    summary: 'the entry under {key} was changed by others during each of {attempts} attempts',
    nextStep: 'Try again later, or let fewer writers share this entry; nothing was written.',
    retryable: true,
  }),
  STORE_BAD_KEY: /* @__PURE__ */ errorRow<{ reason: string }>({
    summary: 'the text is no key of a store: {reason}',
    nextStep: 'Use segments of letters, digits, "-", "_" and "~"; encodeSegment makes one of any text.',
    retryable: false,
  }),
  STORE_DUPLICATE_KEY: /* @__PURE__ */ errorRow<{ key: string }>({
    summary: 'the commit names {key} more than once',
    nextStep: 'Join what happens to one key into one operation and one expectation.',
    retryable: false,
  }),
  STORE_TOO_LARGE: /* @__PURE__ */ errorRow<{ what: string; size: number; maximum: number }>({
    summary: 'the {what} of the commit come to {size} where at most {maximum} are allowed',
    nextStep: 'Split the value or the commit; nothing was written.',
    retryable: false,
  }),
  STORE_BUSY: /* @__PURE__ */ errorRow<{ waitingBytes: number; maximumBytes: number }>({
    summary: 'commits of {waitingBytes} bytes are waiting where at most {maximumBytes} may',
    nextStep: 'Wait for earlier commits before the next ones; nothing was written.',
    retryable: true,
  }),
  STORE_FULL: /* @__PURE__ */ errorRow<{ what: string }>({
    summary: 'there is no room left for {what}',
    nextStep: 'Make room, or allow more, then try again.',
    retryable: true,
    wireCode: 9000,
  }),
  STORE_IO_FAILED: /* @__PURE__ */ errorRow<{ what: string; reason: string }>({
    summary: '{what} failed ({reason})',
    nextStep: 'Check the medium and the rights on it, then try again.',
    retryable: true,
    wireCode: 9000,
  }),
  STORE_OUTCOME_UNKNOWN: /* @__PURE__ */ errorRow<{ because: string }>({
    summary: 'the commit was under way, and nobody knows whether it is written ({because})',
    nextStep: 'Open the store again if it has closed, read the keys, and decide anew.',
    retryable: false,
    wireCode: 9000,
  }),
  STORE_CORRUPTED: /* @__PURE__ */ errorRow<{ what: string }>({
    summary: '{what} is damaged or was not written by this package',
    nextStep: 'Restore a backup or start with an empty store; do not go on with what is left.',
    retryable: false,
    wireCode: 9000,
  }),
  STORE_NEWER_FORMAT: /* @__PURE__ */ errorRow<{ what: string; found: number; supported: number }>({
    summary: '{what} has format {found}, written by a newer version; this one knows up to {supported}',
    nextStep: 'Upgrade this program.',
    retryable: false,
    wireCode: 9000,
  }),
  STORE_BAD_RECORD: /* @__PURE__ */ errorRow<{ key: string }>({
    summary: 'the codec refuses the value under {key}',
    nextStep: 'Check that the right codec reads this key; delete the entry if nobody can read it.',
    retryable: false,
    wireCode: 9000,
  }),
  STORE_LIST_INCOMPLETE: /* @__PURE__ */ errorRow<{ key: string; count: number }>({
    summary: 'entries that the list has passed over as they cannot be read: {count}, the first under {key}',
    nextStep: 'Read that entry to learn why, then restore a backup or delete it; all others were given.',
    retryable: false,
    wireCode: 9000,
  }),
  STORE_LOCKED: /* @__PURE__ */ errorRow<{ location: string }>({
    summary: 'the store in {location} is open already, here or in another process',
    nextStep: 'Close it there first, share it (openSharedLevelStore), or give each process one of its own.',
    retryable: true,
    wireCode: 9000,
  }),
  STORE_CLOSED: /* @__PURE__ */ errorRow<{ because: string }>({
    summary: 'the store is closed ({because})',
    nextStep: 'Open it again.',
    retryable: false,
  }),
  STORE_CANCELLED: /* @__PURE__ */ errorRow<{ what: string }>({
    summary: '{what} was cancelled by its signal',
    nextStep: 'Nothing, if this was wanted; nothing was written.',
    retryable: false,
  }),
  STORE_TIMED_OUT: /* @__PURE__ */ errorRow<{ what: string; afterMs: number }>({
    summary: '{what} took longer than {afterMs} ms',
    nextStep: 'Try again, or allow more time; nothing was written.',
    retryable: true,
    wireCode: 8001,
  }),
  STORE_ADAPTER_MISSING: /* @__PURE__ */ errorRow<{ module: string }>({
    summary: 'the store needs the package {module}, which cannot be loaded',
    nextStep: 'Install it next to this package.',
    retryable: false,
  }),
} as const;

/** Thrown by everything in this package. */
export const SessionStoreError: CodedErrorClass<typeof SESSION_STORE_ERRORS> = /* @__PURE__ */ defineErrors(
  'SessionStoreError',
  SESSION_STORE_ERRORS,
);
/** An error of this package: narrowing on `code` narrows `context`. */
export type SessionStoreError = CodedErrorOf<typeof SESSION_STORE_ERRORS>;

/** Whether this is an error with this code, of this or another copy of the package. */
export function hasCode(error: unknown, code: keyof typeof SESSION_STORE_ERRORS): boolean {
  return isCodedError(error) && error.code === code;
}
