import { formerDevice } from './former-device.ts';
import { type KeyLedger, liveKeys } from './key-ledger.ts';
import { type KeyPlan, type KeyStatement, type NewKey, planFirstKey } from './key-plan.ts';

/**
 * A device that has signed with a clock that was ahead begins anew. Peers refuse what is signed too far ahead and remember
 * none of it, so that a record of now is no roll-back for them; but nothing of the device that is newer can be signed before
 * that time, and what was signed becomes fresh then. So all living keys are revoked where former keys are looked for, with
 * a time that is later still, for until that time has come and gone; and a new key takes the place of whatever there is.
 *
 * @param nowMs Unix milliseconds, by a clock that is right again: the owner says so.
 */
export function planAnew(ledger: KeyLedger, successor: NewKey, nowMs: number): KeyPlan {
  const { device } = ledger;
  const live = liveKeys(ledger);
  const revokingSeconds = ledger.stampedSeconds + 1n;
  const statements = [...live].reverse().map(
    ({ noiseKey }): KeyStatement => ({
      kind: 'revocation',
      device: formerDevice(device, noiseKey),
      noiseKey,
      timestampSeconds: revokingSeconds,
    }),
  );
  const change = { status: 'revoked', revokedAtMs: nowMs, stampedSeconds: revokingSeconds } as const;
  const revoked: KeyLedger = {
    ...ledger,
    keys: ledger.keys.map((key) => (live.includes(key) ? { ...key, ...change } : key)),
    revocationCount: ledger.revocationCount + live.length,
    rotationCount: ledger.rotationCount + 1,
  };
  const timestampSeconds = BigInt(Math.floor(nowMs / 1_000));
  const next = planFirstKey(revoked, successor, { nowMs, timestampSeconds });
  return {
    statements: [
      ...statements,
      ...next.statements.map((statement) => ({ ...statement, supersedesSeconds: revokingSeconds })),
    ],
    ledger: next.ledger,
  };
}
