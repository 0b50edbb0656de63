import { errorRow } from '@pubky-paykit/primitives';

/** The fields of a key record; `record` stands for the whole of it. */
export type KeyRecordField = 'record' | 'v' | 'k' | 'sig' | 'ts' | 'fsig';

/** What is wrong with a key record. */
export type KeyRecordProblem =
  | 'too long'
  | 'not UTF-8'
  | 'missing'
  | 'unknown version'
  | 'not canonical base64'
  | 'wrong length'
  | 'not a number'
  | 'number too large';

/** What is wrong with the id of a device. */
export type DeviceProblem =
  | 'empty'
  | 'too long'
  | 'character outside a-z, 0-9 and hyphen'
  | 'id of a former key';

/** What the Noise key of an identity is refused for. */
export const KEY_RECORD_ERRORS = {
  DISCOVERY_BAD_DEVICE: errorRow<{ problem: DeviceProblem; length: number }>({
    summary: 'the device id of {length} characters cannot stand in a name and a path ({problem})',
    nextStep: 'Use 1 to 63 lower-case letters, digits and hyphens.',
    retryable: false,
    wireCode: 2000,
  }),
  DISCOVERY_KEY_RECORD_MALFORMED: errorRow<{ field: KeyRecordField; problem: KeyRecordProblem }>({
    summary: 'the key record is malformed in {field} ({problem})',
    nextStep: 'Use another source; the owner must publish a well-formed record.',
    retryable: false,
    wireCode: 2000,
  }),
  DISCOVERY_KEY_RECORD_INCOMPLETE: errorRow<{ field: KeyRecordField }>({
    summary: 'the key record has no {field}, so that it cannot be verified',
    nextStep: 'Ask the owner to publish the key again with a current version.',
    retryable: false,
    wireCode: 2000,
  }),
  DISCOVERY_KEY_RECORD_FORGED: errorRow<{ identity: string }>({
    summary: 'the key record is not signed by {identity}… for this key and device',
    nextStep: 'Do not use the key, and do not trust the source that gave it.',
    retryable: false,
    wireCode: 2000,
  }),
  DISCOVERY_WEAK_KEY: errorRow({
    summary: 'the Noise key is of low order or not canonical',
    nextStep: 'Do not use the key: sessions with it would be open to everybody.',
    retryable: false,
    wireCode: 7000,
  }),
  DISCOVERY_FRESHNESS_FORGED: errorRow<{ identity: string }>({
    summary: 'time or revocation in the key record are not what {identity}… signed',
    nextStep: 'Do not use the key, and do not trust the source that gave it: it changed the record.',
    retryable: false,
    wireCode: 2000,
  }),
  DISCOVERY_FRESHNESS_UNSIGNED: errorRow({
    summary: 'the key record does not sign its time, which the policy asks for',
    nextStep: 'Ask the owner to publish with signed freshness, or allow records of 0.8 by policy.',
    retryable: false,
    wireCode: 2000,
  }),
  DISCOVERY_KEY_STALE: errorRow<{ ageSeconds: bigint; maximumSeconds: number }>({
    summary: 'the key record is {ageSeconds} s old where {maximumSeconds} s are allowed',
    nextStep: 'Look it up again; if it stays so, the owner must publish it again.',
    retryable: true,
    wireCode: 2000,
  }),
  DISCOVERY_KEY_FROM_FUTURE: errorRow<{ aheadSeconds: bigint; maximumSeconds: number }>({
    summary: 'the key record is {aheadSeconds} s ahead of the clock where {maximumSeconds} s are allowed',
    nextStep: 'Check the clock of this machine; if it is right, that of the owner is wrong.',
    retryable: true,
    wireCode: 2000,
  }),
  DISCOVERY_KEY_REVOKED: errorRow<{ proof: 'signed' | 'unsigned' }>({
    summary: 'the Noise key has been revoked (statement {proof})',
    nextStep: 'Do not use the key; look up another device of the identity.',
    retryable: false,
    wireCode: 2000,
  }),
  DISCOVERY_KEY_ROLLED_BACK: errorRow({
    summary: 'the key record is older than one that was seen before',
    nextStep: 'Use another source: this one serves an old record, by fault or on purpose.',
    retryable: true,
    wireCode: 2000,
  }),
  DISCOVERY_KEY_DOWNGRADED: errorRow({
    summary: 'the key record does not sign its time, though this device did so before',
    nextStep: 'Use another source; forget the device only if its owner says it went back to 0.8.',
    retryable: true,
    wireCode: 2000,
  }),
} as const;
