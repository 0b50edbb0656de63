import { type CodedErrorClass, type CodedErrorOf, defineErrors, errorRow } from '@pubky-paykit/primitives';

/** What is wrong with a DNS message. */
export type MessageProblem =
  | 'too long'
  | 'truncated'
  | 'reserved header bit'
  | 'reserved label type'
  | 'pointer not backwards'
  | 'pointer not allowed'
  | 'too many pointers'
  | 'name too long'
  | 'parameters out of order'
  | 'trailing bytes';

/** Why a record cannot be written. */
export type RecordProblem =
  | 'empty label'
  | 'label too long'
  | 'name too long'
  | 'bad escape'
  | 'character outside ASCII'
  | 'wrong address length'
  | 'no strings'
  | 'string too long'
  | 'known type given as unknown'
  | 'names in the data are malformed'
  | 'number out of range';

/** The codes of this package. */
export const DISCOVERY_ERRORS = {
  DISCOVERY_BAD_MESSAGE: errorRow<{ problem: MessageProblem; offset: number }>({
    summary: 'the DNS message is malformed at byte {offset} ({problem})',
    nextStep: 'Drop the packet; whoever signed it must publish a well-formed one.',
    retryable: false,
  }),
  DISCOVERY_BAD_RECORD: errorRow<{ problem: RecordProblem; record: string }>({
    summary: 'the record {record} cannot be written ({problem})',
    nextStep: 'Correct the record.',
    retryable: false,
  }),
  DISCOVERY_PACKET_TOO_LARGE: errorRow<{ length: number; maximum: number; records: number }>({
    summary: 'the {records} records take {length} bytes where a packet has room for {maximum}',
    nextStep: 'Remove a record, or shorten one, and publish again.',
    retryable: false,
  }),
  DISCOVERY_WRONG_LENGTH: errorRow<{ what: string; length: number; minimum: number; maximum: number }>({
    summary: '{what} has {length} bytes where {minimum} to {maximum} are possible',
    nextStep: 'Check where the bytes came from, and drop them.',
    retryable: false,
  }),
  DISCOVERY_BAD_SIGNATURE: errorRow({
    summary: 'the packet is not signed by the key it was asked for',
    nextStep: 'Drop the packet, and do not trust the relay that gave it.',
    retryable: false,
  }),
  DISCOVERY_SIGNER_FAILED: errorRow({
    summary: 'the signer did not sign the packet',
    nextStep: 'Look at the cause; unlock or reconnect the signer, then publish again.',
    retryable: true,
  }),
  DISCOVERY_SIGNER_WRONG: errorRow({
    summary: "the signer's answer is no signature of its key over the packet",
    nextStep: 'Check that the signer holds the key it says; nothing was published.',
    retryable: false,
  }),
} as const;

/** Thrown by everything in this package. */
export const DiscoveryError: CodedErrorClass<typeof DISCOVERY_ERRORS> = defineErrors(
  'DiscoveryError',
  DISCOVERY_ERRORS,
);
/** An error of this package: narrowing on `code` narrows `context`. */
export type DiscoveryError = CodedErrorOf<typeof DISCOVERY_ERRORS>;
