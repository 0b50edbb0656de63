import { describe, expect, it } from 'vitest';
import { REVOCATION_KEEP_MS } from '../../src/constants.ts';
import { KEY_POLICIES, type KeyLedger, nextKeyAction } from '../../src/index.ts';
import { filled } from '../bytes.ts';
import { ledgerKeyOf, ledgerWith } from './ledgers.ts';
import { DAY_MS, START_MS } from './world.ts';

const { standard } = KEY_POLICIES;

function next(ledger: KeyLedger | undefined, days: number) {
  const due = nextKeyAction(ledger, standard, START_MS + days * DAY_MS);
  return due && { ...due, dueMs: (due.dueMs - START_MS) / DAY_MS };
}

const fresh = ledgerKeyOf({ context: 'default#1', noiseKey: filled(2) });
const lone = ledgerWith([ledgerKeyOf()]);

describe('nextKeyAction', () => {
  it('[O3] publishes the first key of a device without a ledger, at once', () => {
    expect(next(undefined, 3)).toEqual({ action: 'publish', dueMs: 3 });
  });

  it('[O3] re-stamps after 7 days and rotates after 90', () => {
    expect(next(lone, 0)).toEqual({ action: 'restamp', dueMs: 7 });
    expect(next(lone, 89)).toEqual({ action: 'restamp', dueMs: 7 });
    expect(next(lone, 90)).toEqual({ action: 'rotate', dueMs: 90 });
  });

  it('[O3] comes up to a day earlier by the jitter of the ledger, never later', () => {
    expect(next({ ...lone, jitter: 32_768 }, 0)).toEqual({ action: 'restamp', dueMs: 6.5 });
    expect(next({ ...lone, jitter: 65_535 }, 89.1)).toMatchObject({ action: 'rotate' });
  });

  it('[O3] waits with the rotation until the key was found by peers, and the overlap before is over', () => {
    const unpublished = ledgerWith([ledgerKeyOf({ publishedAtMs: undefined })]);
    expect(next(unpublished, 100)).toMatchObject({ action: 'restamp' });
    const former = ledgerKeyOf({ status: 'former', supersededAtMs: START_MS });
    const overlapping = ledgerWith([former, fresh]);
    expect(next(overlapping, 100)).toEqual({ action: 'retire', dueMs: 7, context: 'default' });
    expect(next(overlapping, 6)).toMatchObject({ dueMs: 7 });
  });

  it('[O3] does not begin the overlap before every target has the new key', () => {
    const ledger = ledgerWith([ledgerKeyOf({ status: 'former' }), { ...fresh, publishedAtMs: undefined }]);
    expect(next(ledger, 30)).toMatchObject({ action: 'restamp' });
  });

  it('[O3] re-stamps by the oldest record that is alive', () => {
    const old = ledgerKeyOf({ status: 'former', stampedSeconds: fresh.stampedSeconds - 86_400n });
    expect(next(ledgerWith([old, fresh]), 0)).toEqual({ action: 'restamp', dueMs: 6 });
  });

  it('[O4] leaves the device alone after a revocation without a successor, but takes the revocation off', () => {
    const revoked = ledgerKeyOf({ status: 'revoked', revokedAtMs: START_MS });
    expect(next(ledgerWith([revoked]), 1_000)).toBeUndefined();
    const announced = ledgerWith([{ ...revoked, announcedAtMs: START_MS }]);
    expect(next(announced, 0)).toEqual({ action: 'withdraw', dueMs: 37, context: 'default' });
    expect(REVOCATION_KEEP_MS).toBe(37 * DAY_MS);
    expect(
      next(ledgerWith([{ ...revoked, announcedAtMs: START_MS, withdrawnAtMs: START_MS }]), 99),
    ).toBeUndefined();
  });

  it('[O3] does everything in order when it was asleep for long', () => {
    const former = ledgerKeyOf({ status: 'former', supersededAtMs: START_MS });
    expect(next(ledgerWith([former, fresh]), 365)?.action).toBe('retire');
    const retired = ledgerKeyOf({ status: 'retired' });
    expect(next(ledgerWith([retired, fresh]), 365)?.action).toBe('rotate');
  });
});
