import { type CodedErrorClass, type CodedErrorOf, defineErrors, errorRow } from '@pubky-paykit/primitives';

/** The servers of a test network, as errors and options name them. */
export type ServiceName = 'relay' | 'authRelay' | 'homeserver' | 'admin' | 'dht';

/** The codes of this package. */
export const TESTNET_ERRORS = {
  TESTNET_PORT_TAKEN: errorRow<{ service: ServiceName; port: number }>({
    summary: 'port {port}, wanted for {service}, is in use by another program',
    nextStep: 'Stop that program (another test network?), or let the network choose free ports.',
    retryable: true,
  }),
  TESTNET_LISTEN_FAILED: errorRow<{ service: ServiceName; port: number; reason: string }>({
    summary: 'cannot listen on port {port} for {service} ({reason})',
    nextStep: 'Choose another port, or let the network choose free ones.',
    retryable: false,
  }),
  TESTNET_DHT_FAILED: errorRow<{ reason: string }>({
    summary: 'the DHT could not be started ({reason})',
    nextStep: 'Check that the package bittorrent-dht is installed whole, or start without a DHT.',
    retryable: false,
  }),
  TESTNET_FOLDER_IN_USE: errorRow<{ folder: string; processId: number }>({
    summary: 'process {processId} is serving from the folder {folder}',
    nextStep: 'Stop that process, or choose another folder.',
    retryable: true,
  }),
  TESTNET_FOLDER_FOREIGN: errorRow<{ folder: string; found: string }>({
    summary: 'the folder {folder} holds something else ({found})',
    nextStep: 'Choose an empty folder, or one that a test network has made.',
    retryable: false,
  }),
  TESTNET_FOLDER_VERSION: errorRow<{ folder: string; found: string; expected: string }>({
    summary: 'the folder {folder} has the format "{found}" where "{expected}" can be read',
    nextStep: 'Use the version of this package that made it, or choose another folder.',
    retryable: false,
  }),
  TESTNET_FOLDER_CORRUPT: errorRow<{ folder: string; file: string; offset: number }>({
    summary: 'the file {file} of the folder {folder} is damaged from byte {offset} on',
    nextStep: 'Restore the folder from a copy, or choose another one; nothing has been changed in it.',
    retryable: false,
  }),
  TESTNET_STORAGE_FAILED: errorRow<{ what: string; reason: string }>({
    summary: '{what} failed ({reason})',
    nextStep: 'Make sure that the disk has room and may be written to, then start the network again.',
    retryable: false,
  }),
  TESTNET_STORAGE_FULL: errorRow<{ what: string; maximum: number }>({
    summary: 'there is no room for another {what}: {maximum} are allowed',
    nextStep: 'Raise the limit where the network is created, or start it afresh.',
    retryable: false,
  }),
  TESTNET_CLOSED: errorRow({
    summary: 'the test network is closed',
    nextStep: 'Create a new one.',
    retryable: false,
  }),
  TESTNET_BAD_ARGUMENTS: errorRow<{ mistake: string }>({
    summary: '{mistake}',
    nextStep: 'Run it with --help to see what it takes.',
    retryable: false,
  }),
} as const;

/** Thrown by everything in this package. Servers answer with HTTP statuses; what they throw is a mistake of ours. */
export const TestnetError: CodedErrorClass<typeof TESTNET_ERRORS> = defineErrors(
  'TestnetError',
  TESTNET_ERRORS,
);
/** An error of this package: narrowing on `code` narrows `context`. */
export type TestnetError = CodedErrorOf<typeof TESTNET_ERRORS>;

/** The short name a foreign error goes by, such as `ENOSPC`; never its message, which may quote anything. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
