import { DiscoveryError } from '../errors.ts';
import { formerDevice } from '../lifecycle/former-device.ts';
import { currentKey, type KeyLedger, type LedgerKey, type LedgerKeyStatus } from '../lifecycle/key-ledger.ts';
import {
  type KeyPlan,
  type NewKey,
  type PlanTime,
  planFirstKey,
  planRestamp,
  planRetirement,
  planRevocation,
  planRotation,
  planWithdrawal,
} from '../lifecycle/key-plan.ts';
import type { ColdAction } from './cold-files.ts';

/** What a plan is made of beside the ledger. */
export interface ColdPlanInput {
  readonly action: ColdAction;
  readonly newKey: NewKey | undefined;
  /** The keys that are revoked or taken off. */
  readonly keys: readonly LedgerKey[];
  readonly time: PlanTime;
}

function requireNew(newKey: NewKey | undefined, { device }: KeyLedger): NewKey {
  if (newKey !== undefined) return newKey;
  throw new DiscoveryError('DISCOVERY_COLD_LEDGER_DIFFERS', { device });
}

/** What takes a key's record off, for keys of one status. */
function eachOf(
  ledger: KeyLedger,
  { keys, time }: ColdPlanInput,
  status: LedgerKeyStatus,
  plan: (ledger: KeyLedger, key: LedgerKey, time: PlanTime) => KeyPlan,
): KeyPlan {
  const taken = keys.filter((key) => key.status === status && key.withdrawnAtMs === undefined);
  return taken.reduce<KeyPlan>(
    (before, key) => {
      const next = plan(before.ledger, key, time);
      return { statements: [...before.statements, ...next.statements], ledger: next.ledger };
    },
    { statements: [], ledger },
  );
}

const PLANS: Readonly<Record<ColdAction, (ledger: KeyLedger, input: ColdPlanInput) => KeyPlan>> = {
  publish: (ledger, { newKey, time }) => {
    if (currentKey(ledger) === undefined) return planFirstKey(ledger, requireNew(newKey, ledger), time);
    // It has a key already, which may never have been published.
    if (newKey === undefined) return planRestamp(ledger, time);
    throw new DiscoveryError('DISCOVERY_COLD_LEDGER_DIFFERS', { device: ledger.device });
  },
  restamp: (ledger, { time }) => planRestamp(ledger, time),
  rotate: (ledger, { newKey, time }) => planRotation(ledger, requireNew(newKey, ledger), time),
  revoke: (ledger, { keys, time, newKey }) => planRevocation(ledger, keys, time, newKey),
  retire: (ledger, input) => eachOf(ledger, input, 'former', planRetirement),
  withdraw: (ledger, input) => eachOf(ledger, input, 'revoked', planWithdrawal),
};

/** The same plan as the keeper makes. @throws DISCOVERY_NO_CURRENT_KEY, DISCOVERY_TOO_MANY_KEYS, DISCOVERY_COLD_LEDGER_DIFFERS */
export function coldPlan(ledger: KeyLedger, input: ColdPlanInput): KeyPlan {
  return PLANS[input.action](ledger, input);
}

/** The keys of a ledger that stand, or shall not stand, under these ids as former ones. */
export function keysUnder(ledger: KeyLedger, devices: readonly string[]): readonly LedgerKey[] {
  return ledger.keys.filter(({ noiseKey }) => devices.includes(formerDevice(ledger.device, noiseKey)));
}
