import { hex } from '@pubky-paykit/primitives';
import {
  type RollBackMemory,
  type RollBackOutcome,
  rememberKeyRecord,
  rememberUntimely,
} from '../records/roll-back.ts';
import { isRecord, type RecordStatement, type RememberedStatement } from './statement.ts';

/** What the memory says to the records of one look-up. */
export interface Recollection {
  /** To be stored before anything is done with the records. */
  readonly memory: RollBackMemory;
  /** What came of each record, the one that counts most first. */
  readonly outcomes: ReadonlyMap<RecordStatement, RollBackOutcome>;
}

/** Behind everything that has a date. */
const UNDATED = -1n;

interface Rank {
  readonly signed: boolean;
  readonly timestampSeconds: bigint;
  readonly revocation: boolean;
  readonly key: string;
}

function rankOf(statement: RememberedStatement): Rank {
  if (!isRecord(statement)) {
    const { timestampSeconds = UNDATED, refusedKey } = statement.untimely;
    return { signed: true, timestampSeconds, revocation: false, key: hex.encode(refusedKey) };
  }
  const { record } = statement;
  if (record.kind === 'key') {
    const { freshness, timestampSeconds, noiseKey } = record;
    return {
      signed: freshness === 'signed',
      timestampSeconds,
      revocation: false,
      key: hex.encode(noiseKey),
    };
  }
  const { timestampSeconds = UNDATED, revokedKey } = record;
  return { signed: true, timestampSeconds, revocation: true, key: hex.encode(revokedKey) };
}

/**
 * The order in which records count: what is signed before what is not, the newer first, a revocation before a key of the
 * same second. Between two keys of one second nothing but their bytes decides, so that everybody decides the same.
 */
function compareRanks(left: Rank, right: Rank): number {
  if (left.signed !== right.signed) return left.signed ? -1 : 1;
  if (left.timestampSeconds !== right.timestampSeconds) {
    return left.timestampSeconds > right.timestampSeconds ? -1 : 1;
  }
  if (left.revocation !== right.revocation) return left.revocation ? -1 : 1;
  if (left.key === right.key) return 0;
  return left.key > right.key ? -1 : 1;
}

/**
 * Shows all records of a look-up to the memory, whichever sources they came from and in whatever order: those that count
 * most go first, so none is refused for one that is older, and every revocation is learnt. So is what records prove that are
 * signed, and refused for their time: no unsigned one counts beside them.
 */
export function recollect(before: RollBackMemory, statements: readonly RememberedStatement[]): Recollection {
  const ranked = statements.map((statement) => ({ statement, rank: rankOf(statement) }));
  ranked.sort((left, right) => compareRanks(left.rank, right.rank));
  const outcomes = new Map<RecordStatement, RollBackOutcome>();
  let memory = before;
  for (const { statement } of ranked) {
    if (!isRecord(statement)) {
      memory = rememberUntimely(memory, statement.untimely);
      continue;
    }
    const { outcome, memory: after } = rememberKeyRecord(memory, statement.record);
    memory = after;
    outcomes.set(statement, outcome);
  }
  return { memory, outcomes };
}
