import { type CodedErrorFields, equalBytes, isCodedError } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';
import { isAhead } from '../records/freshness.ts';
import { parseKeyRecord } from '../records/key-record.ts';
import type {
  UntimelyKeyRecord,
  VerifiedKeyRecord,
  VerifiedRevocation,
} from '../records/verified-key-record.ts';
import { checkKeyRecord, type KeyRecordClaim, type KeyRecordPolicy } from '../records/verify-key-record.ts';
import type { RefusalOutcome } from './discovery-result.ts';

interface Said {
  readonly source: string;
}

/** A verified, fresh record of a key. */
export interface KeyStatement extends Said {
  readonly kind: 'key';
  readonly record: VerifiedKeyRecord;
}

/** The identity's signed word that a key is revoked. */
export interface RevocationStatement extends Said {
  readonly kind: 'revocation';
  readonly record: VerifiedRevocation;
}

/** That a key the identity did publish is revoked, by the word of nobody knows whom, as with 0.8. */
export interface UnsignedRevocation extends Said {
  readonly kind: 'unsigned-revocation';
  /** 32 bytes. */
  readonly revokedKey: Uint8Array;
  /** Seconds since 1970, as claimed; undefined if that is further ahead than clocks may differ, and not believed. */
  readonly timestampSeconds: bigint | undefined;
  readonly error: CodedErrorFields;
}

/** A record that may not be used. */
export interface RefusalStatement extends Said {
  readonly kind: 'refusal';
  readonly outcome: Exclude<RefusalOutcome, 'revoked'>;
  readonly error: CodedErrorFields;
  /** Of a record that is refused for its time alone, and signed: what the memory has to know. */
  readonly untimely?: UntimelyKeyRecord;
}

/** A refusal that has to be remembered. */
export interface UntimelyStatement extends RefusalStatement {
  readonly untimely: UntimelyKeyRecord;
}

/** That there is no record. */
export interface AbsenceStatement extends Said {
  readonly kind: 'absence';
}

/** What the identity says, or may be believed to say. */
export type RecordStatement = KeyStatement | RevocationStatement;

/** What has to be shown to the memory. */
export type RememberedStatement = RecordStatement | UntimelyStatement;

/** What one source says of a device, once it has been verified. */
export type Statement = RecordStatement | UnsignedRevocation | RefusalStatement | AbsenceStatement;

export function isRecord(statement: Statement): statement is RecordStatement {
  return statement.kind === 'key' || statement.kind === 'revocation';
}

/**
 * Whether two keys are one statement of their identity. Not whether their texts are the same: where the time is signed, that of
 * a key holds a `sig` which nobody has verified, and anybody may have changed.
 */
export function isSameKey(left: VerifiedKeyRecord, right: VerifiedKeyRecord): boolean {
  return (
    left.timestampSeconds === right.timestampSeconds &&
    left.freshness === right.freshness &&
    equalBytes(left.noiseKey, right.noiseKey)
  );
}

/** Whether what the memory knows decides what becomes of a statement. */
export function concernsMemory(statement: Statement): boolean {
  return isRemembered(statement) || statement.kind === 'unsigned-revocation';
}

export function isRemembered(statement: Statement): statement is RememberedStatement {
  return isRecord(statement) || (statement.kind === 'refusal' && statement.untimely !== undefined);
}

/** What the errors of `checkKeyRecord` mean for a look-up. All others are mistakes of the caller, and thrown. */
const REFUSALS: ReadonlyMap<string, RefusalStatement['outcome']> = new Map([
  ['DISCOVERY_KEY_STALE', 'stale'],
  ['DISCOVERY_KEY_FROM_FUTURE', 'future'],
  ['DISCOVERY_FRESHNESS_UNSIGNED', 'unsigned'],
  ['DISCOVERY_KEY_RECORD_FORGED', 'forged'],
  ['DISCOVERY_FRESHNESS_FORGED', 'forged'],
  ['DISCOVERY_WEAK_KEY', 'weak'],
  ['DISCOVERY_KEY_RECORD_MALFORMED', 'malformed'],
  ['DISCOVERY_KEY_RECORD_INCOMPLETE', 'malformed'],
]);

/** What one source has for a device, as it stands there. */
export interface SourceRecords {
  readonly source: string;
  readonly value: readonly Uint8Array[];
}

type WithoutSource<Of> = Of extends Statement ? Omit<Of, 'source'> : never;
/** A statement, whoever makes it. */
type Verdict = WithoutSource<Statement>;
/** Judges a record, and the same one again without effort. */
export type JudgeRecord = (record: Uint8Array) => Verdict;

/** Verifies records of one device. @throws RangeError, TypeError of the records for a policy that is none. */
export function recordJudge(asked: Omit<KeyRecordClaim, 'record'>, policy: KeyRecordPolicy): JudgeRecord {
  const known: (readonly [record: Uint8Array, verdict: Verdict])[] = [];
  return (record) => {
    const seen = known.find(([other]) => equalBytes(other, record));
    if (seen !== undefined) return seen[1];
    const verdict = verify({ ...asked, record }, policy);
    known.push([record, verdict]);
    return verdict;
  };
}

/** What sources have for a device, as it was judged; what several have is verified once. Nothing is a statement, too. */
export function statementsOf(given: readonly SourceRecords[], verdictOn: JudgeRecord): readonly Statement[] {
  return given.flatMap(({ source, value }): readonly Statement[] =>
    value.length === 0
      ? [{ source, kind: 'absence' }]
      : value.map((record) => ({ source, ...verdictOn(record) })),
  );
}

/**
 * Whether one of the records is the identity's own word on what to use now, which a look-up may be content with: all else
 * anybody can have written, and may be meant to keep slower sources from being heard.
 */
export function isDecisive(records: readonly Uint8Array[], verdictOn: JudgeRecord): boolean {
  return records.some((record) => {
    try {
      const verdict = verdictOn(record);
      return (
        verdict.kind === 'revocation' || (verdict.kind === 'key' && verdict.record.freshness === 'signed')
      );
    } catch {
      // A mistake of the caller is told when all is judged.
      return false;
    }
  });
}

function verify(claim: KeyRecordClaim, policy: KeyRecordPolicy): Verdict {
  try {
    const record = checkKeyRecord(claim, policy);
    if (record.kind === 'untimely') return refusal(record.error, record);
    return record.kind === 'key' ? { kind: 'key', record } : { kind: 'revocation', record };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    if (error.code === 'DISCOVERY_KEY_REVOKED') {
      if (policy.requireSignedFreshness) return refusal(new DiscoveryError('DISCOVERY_FRESHNESS_UNSIGNED'));
      // That the identity did bind this key was verified before the revocation was looked at.
      const { noiseKey: revokedKey, timestampSeconds: claimed = 0n } = parseKeyRecord(claim.record);
      const timestampSeconds = isAhead(claimed, policy) ? undefined : claimed;
      return { kind: 'unsigned-revocation', revokedKey, timestampSeconds, error };
    }
    return refusal(error);
  }
}

/** @throws `error`, if it is no refusal of a record. */
function refusal(error: CodedErrorFields, untimely?: UntimelyKeyRecord): Verdict {
  const outcome = REFUSALS.get(error.code);
  if (outcome === undefined) throw error;
  return { kind: 'refusal', outcome, error, ...(untimely !== undefined && { untimely }) };
}
