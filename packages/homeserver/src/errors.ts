import { type CodedErrorClass, type CodedErrorOf, defineErrors } from '@pubky-paykit/primitives';
import { WIRE_ERRORS } from './wire/wire-errors.ts';

export type { AuthRequestFault, CapabilityFault, PathFault, TokenFault } from './wire/wire-errors.ts';

/** The codes of this package, by the part they come from. */
export const HOMESERVER_ERRORS = {
  ...WIRE_ERRORS,
} as const;

/** Thrown by everything in this package. */
export const HomeserverError: CodedErrorClass<typeof HOMESERVER_ERRORS> = defineErrors(
  'HomeserverError',
  HOMESERVER_ERRORS,
);
/** An error of this package: narrowing on `code` narrows `context`. */
export type HomeserverError = CodedErrorOf<typeof HOMESERVER_ERRORS>;
