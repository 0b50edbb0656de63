import { MAX_JITTER, REVOCATION_KEEP_MS } from '../constants.ts';
import { currentKey, type KeyLedger, liveKeys } from './key-ledger.ts';
import type { KeyPolicy } from './key-policy.ts';

/**
 * What can be due. `publish`: the first key. `retire`: take off a former key whose overlap is over. `withdraw`: take off a
 * revocation that nobody needs any more. `rotate`: replace the key. `restamp`: sign the records of all living keys again.
 */
export type KeyAction = 'publish' | 'retire' | 'withdraw' | 'rotate' | 'restamp';

/** Something to be done to the keys of a device. */
export interface DueAction {
  readonly action: KeyAction;
  /** Unix milliseconds; due now if not later than now. */
  readonly dueMs: number;
  /** The context of the key that is taken off. */
  readonly context?: string;
}

/** In which order what is due is done. A rotation signs all records, so that nothing is left to re-stamp after it. */
const ORDER = ['publish', 'retire', 'withdraw', 'rotate', 'restamp'] as const satisfies readonly KeyAction[];

function takenOff({ keys }: KeyLedger, { overlapMs }: KeyPolicy): DueAction[] {
  return keys.flatMap((key): DueAction[] => {
    const { status, context, supersededAtMs, announcedAtMs, withdrawnAtMs } = key;
    if (status === 'former' && supersededAtMs !== undefined) {
      return [{ action: 'retire', dueMs: supersededAtMs + overlapMs, context }];
    }
    if (status === 'revoked' && announcedAtMs !== undefined && withdrawnAtMs === undefined) {
      // What a clock that was ahead has signed becomes fresh only then.
      const sinceMs = Math.max(announcedAtMs, Number(key.stampedSeconds) * 1_000);
      return [{ action: 'withdraw', dueMs: sinceMs + REVOCATION_KEEP_MS, context }];
    }
    return [];
  });
}

function signed(ledger: KeyLedger, { rotateAfterMs, restampAfterMs, jitterMs }: KeyPolicy): DueAction[] {
  const earlierMs = Math.floor((jitterMs * ledger.jitter) / (MAX_JITTER + 1));
  const live = liveKeys(ledger);
  const actions: DueAction[] = [];
  if (live.length > 0) {
    const oldestMs = Math.min(...live.map(({ stampedSeconds }) => Number(stampedSeconds) * 1_000));
    actions.push({ action: 'restamp', dueMs: oldestMs + restampAfterMs - earlierMs });
  }
  const current = currentKey(ledger);
  // One overlap at a time, and none before peers can have found the key that is to be replaced.
  if (live.length === 1 && current?.publishedAtMs !== undefined) {
    actions.push({ action: 'rotate', dueMs: current.createdAtMs + rotateAfterMs - earlierMs });
  }
  return actions;
}

/** All that is or will be due, what is due now first and in order. */
function plannedActions(ledger: KeyLedger, policy: KeyPolicy, nowMs: number): readonly DueAction[] {
  const actions = [...takenOff(ledger, policy), ...signed(ledger, policy)];
  const due = actions.filter(({ dueMs }) => dueMs <= nowMs);
  const later = actions.filter((each) => !due.includes(each)).sort((left, right) => left.dueMs - right.dueMs);
  return [...ORDER.flatMap((action) => due.filter((each) => each.action === action)), ...later];
}

/**
 * Everything that is due to the keys of a device by now, in the order in which it is to be done. What comes first may undo
 * the need for the rest; what cannot be done must not keep the rest from being done.
 */
export function dueKeyActions(
  ledger: KeyLedger | undefined,
  policy: KeyPolicy,
  nowMs: number,
): readonly DueAction[] {
  if (ledger === undefined) return [{ action: 'publish', dueMs: nowMs }];
  return plannedActions(ledger, policy, nowMs).filter(({ dueMs }) => dueMs <= nowMs);
}

/**
 * What is to be done next to the keys of a device, and when. Pure: it follows from the ledger alone, so that it survives
 * restarts, jitter included.
 *
 * If several things are due they come in the order retire, withdraw, rotate, restamp; else it is what is due first. After a
 * revocation without a successor nothing but taking the revocation off is ever due: a new key is the owner's decision.
 *
 * @param ledger Undefined for a device that has none: its first key is due.
 * @param nowMs Unix milliseconds.
 * @returns Undefined if nothing will be due until something else happens, such as that the queue gets rid of a publication.
 * @see P8 §4.6
 *
 * @example
 * ```ts
 * import { KEY_POLICIES, type KeyLedger, nextKeyAction } from '@pubky-paykit/pkarr-discovery';
 * declare const ledger: KeyLedger;
 * const next = nextKeyAction(ledger, KEY_POLICIES.standard, Date.now());
 * if (next !== undefined) console.log(`${next.action} at ${new Date(next.dueMs).toISOString()}`);
 * ```
 */
export function nextKeyAction(
  ledger: KeyLedger | undefined,
  policy: KeyPolicy,
  nowMs: number,
): DueAction | undefined {
  if (ledger === undefined) return { action: 'publish', dueMs: nowMs };
  return plannedActions(ledger, policy, nowMs)[0];
}
