import {
  type CodedErrorClass,
  type CodedErrorOf,
  defineErrors,
  errorRow,
  zBase32,
} from '@pubky-paykit/primitives';
import { BACKGROUND_ERRORS } from './background/background-errors.ts';
import { CACHE_ERRORS } from './cache/cache-errors.ts';
import { COLD_ERRORS } from './cold/cold-errors.ts';
import { DHT_ERRORS } from './dht/dht-errors.ts';
import { DISCOVERY_RESULT_ERRORS } from './discovery/discovery-errors.ts';
import { FINDING_ERRORS } from './finding/finding-errors.ts';
import { LIFECYCLE_ERRORS } from './lifecycle/lifecycle-errors.ts';
import { PUBLICATION_ERRORS } from './publications/publication-errors.ts';
import { QUEUE_ERRORS } from './queue/queue-errors.ts';
import { KEY_RECORD_ERRORS } from './records/record-errors.ts';
import { DOCUMENT_ERRORS } from './shapes/document-errors.ts';
import { SOURCE_ERRORS } from './sources/source-errors.ts';

export type { DeviceProblem, KeyRecordField, KeyRecordProblem } from './records/record-errors.ts';

/** Enough for a key and a label. */
const SHOWN_CHARACTERS = 96;
/** Some 8 bytes of a key. */
const SHOWN_KEY_CHARACTERS = 13;

/** What is wrong with a DNS message. */
export type MessageProblem =
  | 'too long'
  | 'truncated'
  | 'reserved header bit'
  | 'reserved label type'
  | 'pointer not backwards'
  | 'pointer into the header'
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

/** Why an endpoint of a homeserver cannot be used. */
export type EndpointProblem =
  | 'no domain'
  | 'bad domain'
  | 'bad port'
  | 'unknown mandatory parameter'
  | 'too many aliases';

/** The codes of this package. */
export const DISCOVERY_ERRORS = {
  ...CACHE_ERRORS,
  ...DHT_ERRORS,
  ...DISCOVERY_RESULT_ERRORS,
  ...FINDING_ERRORS,
  ...KEY_RECORD_ERRORS,
  ...PUBLICATION_ERRORS,
  ...SOURCE_ERRORS,
  ...LIFECYCLE_ERRORS,
  ...QUEUE_ERRORS,
  ...BACKGROUND_ERRORS,
  ...COLD_ERRORS,
  ...DOCUMENT_ERRORS,
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
  DISCOVERY_TIMED_OUT: errorRow<{ what: string; afterMs: number }>({
    summary: '{what} took longer than {afterMs} ms',
    nextStep: 'Try again, or allow more time.',
    retryable: true,
  }),
  DISCOVERY_CANCELLED: errorRow<{ what: string }>({
    summary: '{what} was cancelled by its signal',
    nextStep: 'Nothing, if this was wanted.',
    retryable: false,
  }),
  DISCOVERY_BAD_RELAY_URL: errorRow({
    summary: 'that is no URL of a relay',
    nextStep: 'Pass an https URL without user, query and fragment.',
    retryable: false,
  }),
  DISCOVERY_INSECURE_RELAY: errorRow<{ host: string }>({
    summary: 'plain HTTP to {host} would leave this machine',
    nextStep: 'Use https, or say `allowInsecure: true` if that is really meant.',
    retryable: false,
  }),
  DISCOVERY_OFFLINE: errorRow<{ relay: string; reason: string }>({
    summary: 'the relay {relay} cannot be reached ({reason})',
    nextStep: 'Check the connection, then try again; nothing is known about the packet.',
    retryable: true,
  }),
  DISCOVERY_BAD_ANSWER: errorRow<{ relay: string; reason: string }>({
    summary: 'what the relay {relay} gave is no packet of that key ({reason})',
    nextStep: 'Ask another relay, and do not trust this one.',
    retryable: false,
  }),
  DISCOVERY_RELAY_UNAVAILABLE: errorRow<{ relay: string; status: number }>({
    summary: 'the relay {relay} cannot serve now (status {status})',
    nextStep: 'Try again later, or ask another relay.',
    retryable: true,
  }),
  DISCOVERY_RELAY_REFUSED: errorRow<{ relay: string; status: number }>({
    summary: 'the relay {relay} refused (status {status})',
    nextStep: 'Check the URL of the relay; asking again gives the same answer.',
    retryable: false,
  }),
  DISCOVERY_RELAY_TOO_SMALL: errorRow<{ relay: string; length: number }>({
    summary: 'a payload of {length} bytes is too large for the relay {relay}',
    nextStep: 'Remove records, or use another relay.',
    retryable: false,
  }),
  DISCOVERY_RATE_LIMITED: errorRow<{ relay: string; retryAfterMs: number | undefined }>({
    summary: 'the relay {relay} asks for fewer requests (wait: {retryAfterMs} ms)',
    nextStep: 'Wait that long, or some seconds if it is unknown, then try again.',
    retryable: true,
  }),
  DISCOVERY_CONFLICT: errorRow<{ relay: string; status: number }>({
    summary: 'the relay {relay} has another packet than the one that was to be replaced (status {status})',
    nextStep: 'Read the packet again, change that one, and publish it.',
    retryable: true,
  }),
  DISCOVERY_NO_RELAY: errorRow<{ what: string; relays: number; reasons: string }>({
    summary: 'none of {relays} relays could do it: {what} ({reasons})',
    nextStep: 'Look at the errors in the cause, one for each relay, then try again.',
    retryable: true,
  }),
  DISCOVERY_ABSENCE_UNCERTAIN: errorRow<{ absent: number; failed: number }>({
    summary: '{absent} relays know no packet, but {failed} could not be asked',
    nextStep:
      'Try again when all relays answer, and publish nothing before: it could wipe out a packet that exists.',
    retryable: true,
  }),
  DISCOVERY_NO_PACKET: errorRow({
    summary: 'the identity has no packet to add to',
    nextStep: 'Announce its homeserver first, or say `allowCreate: true` if it needs none.',
    retryable: false,
  }),
  DISCOVERY_RECORDS_LOST: errorRow({
    summary: 'the signed packet does not hold the records that were to be published',
    nextStep: 'Nothing was published; leave records alone while they are being published.',
    retryable: false,
  }),
  DISCOVERY_TIMESTAMP_SPENT: errorRow({
    summary: 'the packet of the identity has the largest timestamp there is, so nothing can replace it',
    nextStep: 'Use another identity.',
    retryable: false,
  }),
  DISCOVERY_NOT_CONFIRMED: errorRow<{ tries: number }>({
    summary: 'what was published is not what the relays give (tries: {tries})',
    nextStep: 'Publish again after a while; another program may be publishing for the same identity.',
    retryable: true,
  }),
  DISCOVERY_HOMESERVER_UNKNOWN: errorRow<{ homeserver: string }>({
    summary: 'the homeserver {homeserver}, which the identity names, has no packet',
    nextStep: 'Try again later: the identity has a homeserver, but nobody knows where it is.',
    retryable: true,
  }),
  DISCOVERY_NO_ENDPOINT: errorRow<{ homeserver: string; reason: EndpointProblem }>({
    summary: 'no endpoint of the homeserver {homeserver} can be used ({reason})',
    nextStep: 'Tell the operator of the homeserver, or use a client that can reach it.',
    retryable: false,
  }),
  DISCOVERY_LOCAL_ENDPOINT: errorRow<{ homeserver: string; host: string }>({
    summary: 'the homeserver {homeserver} says it is {host}, which is on this machine or its network',
    nextStep: 'In a test network, name that host in `plainHttpHosts`; otherwise do not trust the homeserver.',
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

/** The short name a foreign error goes by, such as `ECONNREFUSED`, also if it stands in the cause; never its message. */
export function reasonOf(error: unknown): string {
  const { code, cause } = error instanceof Error ? (error as { code?: unknown; cause?: unknown }) : {};
  if (typeof code === 'string') return code;
  const inner = cause instanceof Error ? (cause as { code?: unknown }).code : undefined;
  return typeof inner === 'string' ? inner : 'unknown';
}

/** What may be shown of a text that came from anywhere: no line breaks, no control characters, not much. */
export function shownText(text: string): string {
  return text.slice(0, SHOWN_CHARACTERS).replace(/[^ -~]/g, '?');
}

/** What may be shown of a public key: enough to tell it from others. */
export function shownKey(publicKey: Uint8Array): string {
  return `${zBase32.encode(publicKey).slice(0, SHOWN_KEY_CHARACTERS)}…`;
}
