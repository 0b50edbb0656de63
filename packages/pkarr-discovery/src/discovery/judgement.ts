import { equalBytes } from '@pubky-paykit/primitives';
import { type RollBackMemory, rollBackRefusal } from '../records/roll-back.ts';
import type { Decision } from './decision.ts';
import { disagreementsWith } from './disagreements.ts';
import type { AskedSources, DiscoveryResult, FailedSource, RefusalOutcome } from './discovery-result.ts';
import { type Recollection, recollect } from './recollection.ts';
import {
  isRemembered,
  isSameKey,
  type KeyStatement,
  type RecordStatement,
  type Statement,
  type UnsignedRevocation,
} from './statement.ts';

/** What the sources came to, in the stated order. */
export interface Answers {
  readonly statements: readonly Statement[];
  readonly failed: readonly FailedSource[];
  /** Whether "there is none" is believed although a source has failed. */
  readonly trustAbsence: boolean;
}

/** A result, and what has to be remembered before anybody gets it. */
export interface Judgement {
  readonly result: DiscoveryResult;
  readonly memory: RollBackMemory;
}

type Outcomes = Recollection['outcomes'];
type Refusal = Exclude<Decision, { readonly outcome: 'found' | 'absent' | 'unreachable' }>;

/** Which of several refusals tells most: first what the identity itself has said, and of that what weighs most. */
const WEIGHTS: readonly RefusalOutcome[] = [
  'revoked',
  'rolled-back',
  'downgraded',
  'stale',
  'future',
  'unsigned',
  'forged',
  'weak',
  'malformed',
];

/**
 * Decides what the statements of all sources come to. Nothing depends on the order of the sources but which one is named.
 *
 * 1. A revocation that is signed and current, that is, of the newest key or not older than it, whichever source has it.
 * 2. The newest key. If it was revoked before, is older than one that was seen, or does not sign its time any more, no
 *    other is taken instead: all others count less. A revocation nobody signed, of this key or not older than it, is
 *    obeyed, and not remembered, unless the device signs: then it is a downgrade, as a key would be.
 *    One that is signed, and refused for its time alone, still proves that the device signs: no unsigned key is taken beside
 *    it, nor ever after.
 * 3. Of records that may not be used, the refusal that tells most.
 * 4. That there is none, if all sources say so.
 */
export function judge(before: RollBackMemory, answers: Answers): Judgement {
  const { statements, failed } = answers;
  const recollection = recollect(before, statements.filter(isRemembered));
  const decision = decide(answers, recollection);
  const revocations = new Map(
    statements.flatMap((one) => (one.kind === 'revocation' ? [[one.record.text, one.record]] : [])),
  );
  const asked: AskedSources = {
    failed,
    disagreements: disagreementsWith(decision, statements, recollection),
    revocations: [...revocations.values()],
  };
  return { result: { ...decision, ...asked }, memory: recollection.memory };
}

function decide({ statements, failed, trustAbsence }: Answers, recollection: Recollection): Decision {
  const { outcomes } = recollection;
  const ranked = [...outcomes.keys()];
  const revocations = ranked.filter((one) => one.kind === 'revocation');
  const current = revocations.find((one) => outcomes.get(one) === 'revoked');
  if (current !== undefined) {
    const { record: revocation } = current;
    const { revokedKey } = revocation;
    const told = { error: rollBackRefusal('revoked'), source: sourceOf(current, statements) };
    return { outcome: 'revoked', revokedKey, revocation, ...told };
  }
  const best = bestKey(ranked, outcomes);
  const claims = statements.filter((one) => one.kind === 'unsigned-revocation');
  const isSigner = isSigning(recollection);
  const obeyed = claims.find((one) => !isSigner && shutsOut(one, best));
  const outcome = best && outcomes.get(best);
  if (best !== undefined && obeyed === undefined && outcome === 'accepted') {
    return { outcome: 'found', record: best.record, source: sourceOf(best, statements) };
  }
  const others = statements.filter(({ kind }) => kind === 'refusal');
  const against = [obeyed, best, ...revocations, ...(isSigner ? claims : []), ...others];
  const refusals = against.flatMap((one) => refusalBy(one, recollection));
  const isSigned = others.some(isRemembered);
  for (const weight of WEIGHTS) {
    // What the identity has signed itself tells more than what somebody may have made of it.
    if (weight === 'downgraded' && isSigned) continue;
    const refusal = refusals.find((each) => each.outcome === weight);
    if (refusal !== undefined) return refusal;
  }
  const isAbsent = failed.length === 0 || (trustAbsence && statements.length > 0);
  return { outcome: isAbsent ? 'absent' : 'unreachable' };
}

/** The key that counts most. Of several of one second the memory may know one: that one. */
function bestKey(ranked: readonly RecordStatement[], outcomes: Outcomes): KeyStatement | undefined {
  const keys = ranked.filter((one) => one.kind === 'key');
  const [first] = keys;
  const isPeer = ({ record }: KeyStatement) =>
    record.freshness === first?.record.freshness && record.timestampSeconds === first.record.timestampSeconds;
  return keys.find((one) => isPeer(one) && outcomes.get(one) === 'accepted') ?? first;
}

/** Whether an unsigned revocation has to be obeyed: of this key always, of another one unless this one is newer. */
function shutsOut(revocation: UnsignedRevocation, key: KeyStatement | undefined): boolean {
  if (key === undefined || equalBytes(revocation.revokedKey, key.record.noiseKey)) return true;
  const { timestampSeconds } = revocation;
  return timestampSeconds !== undefined && timestampSeconds >= key.record.timestampSeconds;
}

/** Whether a device is known to sign its times: of such a one, what is unsigned says nothing. */
function isSigning({ memory }: Recollection): boolean {
  return memory.newest?.freshness === 'signed';
}

/** The first source, in the stated order, that has this very record. */
function sourceOf({ source, record }: RecordStatement, statements: readonly Statement[]): string {
  const first = statements.find((one) => {
    if (record.kind === 'key') return one.kind === 'key' && isSameKey(one.record, record);
    return one.kind === 'revocation' && one.record.text === record.text;
  });
  return first?.source ?? source;
}

/** What a statement says against using any key. */
function refusalBy(one: Statement | undefined, recollection: Recollection): readonly Refusal[] {
  if (one === undefined || one.kind === 'absence') return [];
  const { source } = one;
  if (one.kind === 'refusal') return [{ source, outcome: one.outcome, error: one.error }];
  if (one.kind === 'unsigned-revocation') {
    if (isSigning(recollection)) {
      return [{ source, outcome: 'downgraded', error: rollBackRefusal('downgraded') }];
    }
    const { revokedKey, error } = one;
    return [{ source, outcome: 'revoked', revokedKey, revocation: undefined, error }];
  }
  const outcome = recollection.outcomes.get(one);
  if (outcome === undefined || outcome === 'accepted') return [];
  const error = rollBackRefusal(outcome);
  if (outcome !== 'revoked') return [{ source, outcome, error }];
  const { record } = one;
  return record.kind === 'key'
    ? [{ source, outcome, revokedKey: record.noiseKey, revocation: undefined, error }]
    : [{ source, outcome, revokedKey: record.revokedKey, revocation: record, error }];
}
