import { REVOCATION_KEEP_MS } from '../constants.ts';
import type { TargetProgress } from '../queue/queue-status.ts';
import { formerDevice } from './former-device.ts';
import { currentKey, type KeyLedger, type LedgerKey } from './key-ledger.ts';

/** What the queue knows of a device. */
export type ProgressOf = (device: string) => Promise<readonly TargetProgress[]>;

/** What is asked of the progress of a device: who has what was signed at that time. */
interface Signed {
  readonly timestampSeconds: bigint;
  /** Unix milliseconds: when it was first queued. */
  readonly sinceMs: number;
  readonly nowMs: number;
}

/**
 * Whether a target has been out of reach for so long that every record it can have is stale, and no peer that read it before
 * counts on an overlap. Nobody is told anything wrong by it any more, so it need not be waited for.
 */
function isGone({ timestampSeconds }: TargetProgress, { sinceMs, nowMs }: Signed): boolean {
  const newestMs = timestampSeconds === undefined ? sinceMs : Number(timestampSeconds) * 1_000;
  return newestMs + REVOCATION_KEEP_MS < nowMs;
}

/**
 * Since when every target has what was signed at that time, in Unix milliseconds; undefined if one of them is still to get
 * it. A target that has refused it for good, came later or is gone does not count, as long as another one has it.
 */
function confirmedAt(progress: readonly TargetProgress[], signed: Signed): number | undefined {
  const having = progress.filter((each) => (each.timestampSeconds ?? -1n) >= signed.timestampSeconds);
  const missing = progress.filter((each) => !having.includes(each));
  if (having.length === 0 || missing.some((each) => each.waiting && !isGone(each, signed))) return undefined;
  // A clock that was ahead must not make what is counted from here on longer.
  return Math.min(signed.nowMs, Math.max(...having.map(({ atMs = 0 }) => atMs)));
}

/** Whether something was signed of which it is not known that every target has it. */
export function isUnconfirmed(ledger: KeyLedger): boolean {
  return (
    ledger.outbox.length > 0 ||
    ledger.keys.some(
      ({ status, publishedAtMs, supersededAtMs, announcedAtMs }) =>
        (status === 'current' && publishedAtMs === undefined) ||
        (status === 'former' && supersededAtMs === undefined) ||
        (status === 'revoked' && announcedAtMs === undefined),
    )
  );
}

/** Since when former keys are superseded: by the current key, or by its revocation where nothing came after it. */
function supersededAt(ledger: KeyLedger): number | undefined {
  const current = currentKey(ledger);
  if (current !== undefined) return current.publishedAtMs;
  const revoked = ledger.keys.filter(({ status }) => status === 'revoked');
  return revoked[revoked.length - 1]?.announcedAtMs;
}

/** The ledger in which the overlap of every former key has begun whose successor is published. */
export function supersededFrom(ledger: KeyLedger): KeyLedger {
  const sinceMs = supersededAt(ledger);
  const isWaiting = ({ status, supersededAtMs }: LedgerKey): boolean =>
    status === 'former' && supersededAtMs === undefined && sinceMs !== undefined;
  if (!ledger.keys.some(isWaiting)) return ledger;
  const keys = ledger.keys.map((key) => (isWaiting(key) ? { ...key, supersededAtMs: sinceMs } : key));
  return { ...ledger, keys };
}

/**
 * Notes in the ledger what the queue has brought to the targets meanwhile. Asked rather than told: a process that dies
 * misses nothing.
 *
 * @param nowMs Unix milliseconds.
 * @returns The same ledger if nothing is new.
 */
export async function withProgress(
  ledger: KeyLedger,
  progressOf: ProgressOf,
  nowMs: number,
): Promise<KeyLedger> {
  if (!isUnconfirmed(ledger) || ledger.outbox.length > 0) return ledger;
  const noted = await Promise.all(
    ledger.keys.map(async (key): Promise<LedgerKey> => {
      const { status, stampedSeconds: timestampSeconds, publishedAtMs, announcedAtMs } = key;
      if (status === 'current' && publishedAtMs === undefined) {
        const signed = { timestampSeconds, sinceMs: key.createdAtMs, nowMs };
        const atMs = confirmedAt(await progressOf(ledger.device), signed);
        return atMs === undefined ? key : { ...key, publishedAtMs: atMs };
      }
      if (status === 'revoked' && announcedAtMs === undefined) {
        const signed = { timestampSeconds, sinceMs: key.revokedAtMs ?? key.createdAtMs, nowMs };
        const atMs = confirmedAt(await progressOf(formerDevice(ledger.device, key.noiseKey)), signed);
        return atMs === undefined ? key : { ...key, announcedAtMs: atMs };
      }
      return key;
    }),
  );
  const isNew = noted.some((key, index) => key !== ledger.keys[index]);
  return supersededFrom(isNew ? { ...ledger, keys: noted } : ledger);
}
