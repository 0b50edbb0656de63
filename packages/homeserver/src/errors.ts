import { type CodedErrorClass, type CodedErrorOf, defineErrors } from '@pubky-paykit/primitives';
import { SDK_ERRORS } from './sdk/sdk-errors.ts';
import { SESSION_ERRORS } from './sessions/session-errors.ts';
import { STORAGE_ERRORS } from './storage/storage-errors.ts';
import { WATCH_ERRORS } from './watch/watch-errors.ts';
import { WIRE_ERRORS } from './wire/wire-errors.ts';

export type { AuthRequestFault, CapabilityFault, PathFault, TokenFault } from './wire/wire-errors.ts';

/** The codes of this package, by the part they come from. Those of a directory (`DISCOVERY_…`) pass through unchanged. */
export const HOMESERVER_ERRORS = {
  ...STORAGE_ERRORS,
  ...SESSION_ERRORS,
  ...WATCH_ERRORS,
  ...WIRE_ERRORS,
  ...SDK_ERRORS,
} as const;

/** Thrown by everything in this package. */
export const HomeserverError: CodedErrorClass<typeof HOMESERVER_ERRORS> = defineErrors(
  'HomeserverError',
  HOMESERVER_ERRORS,
);
/** An error of this package: narrowing on `code` narrows `context`. */
export type HomeserverError = CodedErrorOf<typeof HOMESERVER_ERRORS>;
