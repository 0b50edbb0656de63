import { equalBytes } from '@pubky-paykit/primitives';
import { rollBackRefusal } from '../records/roll-back.ts';
import type { Decision } from './decision.ts';
import type { Disagreement } from './discovery-result.ts';
import type { Recollection } from './recollection.ts';
import { isSameKey, type KeyStatement, type RevocationStatement, type Statement } from './statement.ts';

type Saying = Pick<Disagreement, 'says' | 'error'>;

/** What of the statements is not what was decided, in the stated order. */
export function disagreementsWith(
  decision: Decision,
  statements: readonly Statement[],
  recollection: Recollection,
): readonly Disagreement[] {
  return statements.flatMap((one) => {
    const saying = objection(one, decision, recollection);
    return saying === undefined ? [] : [{ source: one.source, ...saying }];
  });
}

/** Undefined for a statement that says what was decided. */
function objection(one: Statement, decision: Decision, recollection: Recollection): Saying | undefined {
  switch (one.kind) {
    case 'key':
      return objectionOfKey(one, decision, recollection);
    case 'revocation':
      return objectionOfRevocation(one, decision, recollection);
    case 'unsigned-revocation': {
      // Of a device that signs it is a downgrade.
      const isDecided = decision.outcome === 'revoked' || decision.outcome === 'downgraded';
      return isDecided ? undefined : { says: 'revoked', error: one.error };
    }
    case 'refusal':
      return decision.outcome === one.outcome ? undefined : { says: one.outcome, error: one.error };
    case 'absence': {
      const isKnown = decision.outcome !== 'absent' && decision.outcome !== 'unreachable';
      return isKnown ? { says: 'absent' } : undefined;
    }
  }
}

function objectionOfKey(
  one: KeyStatement,
  decision: Decision,
  { outcomes }: Recollection,
): Saying | undefined {
  if (decision.outcome === 'found' && isSameKey(decision.record, one.record)) return undefined;
  const outcome = outcomes.get(one);
  if (outcome === decision.outcome) return undefined;
  if (outcome !== 'downgraded' && outcome !== 'revoked') return { says: 'outdone' };
  return { says: outcome, error: rollBackRefusal(outcome) };
}

function objectionOfRevocation(
  one: RevocationStatement,
  decision: Decision,
  { outcomes }: Recollection,
): Saying | undefined {
  const isDecided =
    decision.outcome === 'revoked'
      ? equalBytes(decision.revokedKey, one.record.revokedKey)
      : decision.outcome === outcomes.get(one);
  return isDecided ? undefined : { says: 'revoked', error: rollBackRefusal('revoked') };
}
