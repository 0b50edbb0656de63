import { RESTATING_PAUSE_MS, REVOCATION_KEEP_MS } from '../constants.ts';
import type { TargetProgress } from '../queue/queue-status.ts';
import { keyPrefix } from '../records/verified-key-record.ts';
import { formerDevice } from './former-device.ts';
import { currentKey, type KeyLedger, type LedgerKey } from './key-ledger.ts';
import { type KeyPlan, type KeyStatement, type PlanTime, recordDevice } from './key-plan.ts';
import type { ProgressOf } from './ledger-progress.ts';
import { withRestatement } from './restating-pause.ts';

/** What is to stand somewhere by the ledger. */
export interface Standing {
  readonly key: LedgerKey;
  readonly device: string;
  readonly kind: 'key' | 'revocation';
}

/** All that is to stand anywhere by the ledger, in the order in which it is said: revocations first, the current key last. */
function standings(ledger: KeyLedger): readonly Standing[] {
  const { keys, device } = ledger;
  const revoked = keys.filter(
    ({ status, withdrawnAtMs }) => status === 'revoked' && withdrawnAtMs === undefined,
  );
  const last = keys[keys.length - 1];
  // Where nothing came after it, the revocation stands in the place of the key.
  const displacing = currentKey(ledger) === undefined ? revoked.filter((key) => key === last) : [];
  const former = keys.filter(({ status }) => status === 'former');
  const current = keys.filter(({ status }) => status === 'current');
  return [
    ...displacing.map((key) => ({ key, device, kind: 'revocation' as const })),
    ...revoked.map((key) => ({
      key,
      device: formerDevice(device, key.noiseKey),
      kind: 'revocation' as const,
    })),
    ...[...former, ...current].map((key) => ({
      key,
      device: recordDevice(ledger, key),
      kind: 'key' as const,
    })),
  ];
}

/**
 * Whether a target shows it, or will: what it is to get of the device is on its way, however long that takes. A revocation
 * that did not reach all of its places is not told for as long as one of them can still show a record of the key.
 */
function isTold(progress: TargetProgress, { kind, key }: Standing, nowMs: number): boolean {
  const { waiting, parked, partial, atMs = 0 } = progress;
  if (waiting || parked) return true;
  if (progress.kind !== kind || progress.noiseKey !== keyPrefix(key.noiseKey)) return false;
  if (!partial || kind === 'key') return true;
  const isOver = nowMs - (key.revokedAtMs ?? 0) >= REVOCATION_KEEP_MS;
  return isOver || Math.abs(nowMs - atMs) < RESTATING_PAUSE_MS;
}

/**
 * What some target neither shows nor is to get, as far as the queue knows: a target came later, or was away while a key was
 * replaced or revoked, or what the queue knew was lost. Nobody else would ever tell it that a key is revoked.
 *
 * @param nowMs Unix milliseconds.
 */
export async function untoldStandings(
  ledger: KeyLedger,
  progressOf: ProgressOf,
  nowMs: number,
): Promise<readonly Standing[]> {
  // What is still to be handed over may be what is missing.
  if (ledger.outbox.length > 0) return [];
  const untold: Standing[] = [];
  for (const standing of standings(ledger)) {
    const progress = await progressOf(standing.device);
    if (!progress.every((each) => isTold(each, standing, nowMs))) untold.push(standing);
  }
  return untold;
}

/** What stands is said again with a new time. A revocation counts as announced once every target has that one. */
export function planRestatement(
  ledger: KeyLedger,
  again: readonly Standing[],
  { nowMs, timestampSeconds }: PlanTime,
): KeyPlan {
  const statements = again.map(
    ({ key, device, kind }): KeyStatement => ({ kind, device, noiseKey: key.noiseKey, timestampSeconds }),
  );
  const restated = (key: LedgerKey): LedgerKey => {
    const { announcedAtMs: _, ...kept } = key;
    const said = { ...(key.status === 'revoked' ? kept : key), stampedSeconds: timestampSeconds };
    return withRestatement(said, nowMs);
  };
  const isAgain = (key: LedgerKey): boolean => again.some((standing) => standing.key === key);
  const keys = ledger.keys.map((key) => (isAgain(key) ? restated(key) : key));
  return { statements, ledger: { ...ledger, stampedSeconds: timestampSeconds, keys } };
}
