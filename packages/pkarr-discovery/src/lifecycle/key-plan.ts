import { MAX_FORMER_KEYS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { formerDevice } from './former-device.ts';
import { currentKey, type KeyLedger, type LedgerKey, liveKeys, withKey, withNewKey } from './key-ledger.ts';
import { NOT_RESTATED } from './restating-pause.ts';

/** Something an identity is to say about one of its devices. */
export type KeyStatement =
  | {
      readonly kind: 'key' | 'revocation';
      readonly device: string;
      /** 32 bytes, X25519. */
      readonly noiseKey: Uint8Array;
      /** Seconds since 1970. */
      readonly timestampSeconds: bigint;
    }
  | { readonly kind: 'retirement'; readonly device: string };

/** A change of the keys of a device: what is to be said, in this order, and the ledger that says so. */
export interface KeyPlan {
  readonly statements: readonly KeyStatement[];
  /** Its outbox is still that of the ledger before. */
  readonly ledger: KeyLedger;
}

/** When a plan is made. */
export interface PlanTime {
  /** Unix milliseconds. */
  readonly nowMs: number;
  /** The time to sign, in seconds since 1970: larger than any that was signed before. */
  readonly timestampSeconds: bigint;
}

/** A key that is new: its context, and 32 bytes, X25519. */
export interface NewKey {
  readonly context: string;
  readonly noiseKey: Uint8Array;
}

/** The device id the record of a key of the ledger stands under. */
export function recordDevice({ device }: KeyLedger, { status, noiseKey }: LedgerKey): string {
  return status === 'current' ? device : formerDevice(device, noiseKey);
}

/** The ledger with the key that is current from now on. */
function added(
  ledger: KeyLedger,
  { context, noiseKey }: NewKey,
  stampedSeconds: bigint,
  nowMs: number,
): KeyLedger {
  const key: LedgerKey = { context, noiseKey, status: 'current', stampedSeconds, createdAtMs: nowMs };
  return { ...withNewKey(ledger, key), nextEpoch: ledger.nextEpoch + 1, stampedSeconds };
}

/** A device that has no current key gets one. */
export function planFirstKey(ledger: KeyLedger, key: NewKey, { nowMs, timestampSeconds }: PlanTime): KeyPlan {
  const { device } = ledger;
  const { noiseKey } = key;
  return {
    statements: [{ kind: 'key', device, noiseKey, timestampSeconds }],
    ledger: added(ledger, key, timestampSeconds, nowMs),
  };
}

/** Everything that is alive is signed again with a new time. @throws DISCOVERY_NO_CURRENT_KEY if nothing is. */
export function planRestamp(ledger: KeyLedger, { timestampSeconds }: PlanTime): KeyPlan {
  const live = liveKeys(ledger);
  if (live.length === 0) throw new DiscoveryError('DISCOVERY_NO_CURRENT_KEY', { device: ledger.device });
  return {
    // The former ones first, as when they were replaced.
    statements: live
      .map((key) => ({
        kind: 'key' as const,
        device: recordDevice(ledger, key),
        noiseKey: key.noiseKey,
        timestampSeconds,
      }))
      .reverse(),
    ledger: {
      ...ledger,
      stampedSeconds: timestampSeconds,
      keys: ledger.keys.map((key) =>
        live.includes(key) ? { ...key, stampedSeconds: timestampSeconds } : key,
      ),
    },
  };
}

/**
 * The current key makes way for a new one and is taken for a while yet. Where peers look for the former key it stands
 * before the new one stands where it was: whoever meets the new key can ask at once what became of the one before.
 *
 * @throws DISCOVERY_NO_CURRENT_KEY, DISCOVERY_TOO_MANY_KEYS
 */
export function planRotation(ledger: KeyLedger, key: NewKey, time: PlanTime): KeyPlan {
  const { device } = ledger;
  const { timestampSeconds } = time;
  const current = currentKey(ledger);
  if (current === undefined) throw new DiscoveryError('DISCOVERY_NO_CURRENT_KEY', { device });
  if (liveKeys(ledger).length > MAX_FORMER_KEYS) {
    throw new DiscoveryError('DISCOVERY_TOO_MANY_KEYS', { maximum: MAX_FORMER_KEYS });
  }
  const replaced = withKey(ledger, current, {
    ...NOT_RESTATED,
    status: 'former',
    stampedSeconds: timestampSeconds,
  });
  const { noiseKey } = current;
  const former = { kind: 'key', device: formerDevice(device, noiseKey), noiseKey, timestampSeconds } as const;
  const first = planFirstKey(replaced, key, time);
  return {
    statements: [former, ...first.statements],
    ledger: { ...first.ledger, rotationCount: ledger.rotationCount + 1 },
  };
}

/** The overlap of a former key is over: its record is taken off. */
export function planRetirement(ledger: KeyLedger, key: LedgerKey, { nowMs }: PlanTime): KeyPlan {
  return {
    statements: [{ kind: 'retirement', device: formerDevice(ledger.device, key.noiseKey) }],
    ledger: withKey(ledger, key, { status: 'retired', retiredAtMs: nowMs }),
  };
}

/** A revocation that nobody needs any more is taken off. */
export function planWithdrawal(ledger: KeyLedger, key: LedgerKey, { nowMs }: PlanTime): KeyPlan {
  return {
    statements: [{ kind: 'retirement', device: formerDevice(ledger.device, key.noiseKey) }],
    ledger: withKey(ledger, key, { withdrawnAtMs: nowMs }),
  };
}

/** Whether a key that is revoked was the current one until then, so that its record may still stand under the id of the device. */
function stoodCurrent({ keys }: KeyLedger, key: LedgerKey): boolean {
  const next = keys[keys.indexOf(key) + 1];
  return next === undefined || key.revokedAtMs === undefined || next.createdAtMs >= key.revokedAtMs;
}

/** The key whose revocation takes the place of the current key; of several the newest. */
function displaced(ledger: KeyLedger, revoked: readonly LedgerKey[]): LedgerKey | undefined {
  const stood = ledger.keys.filter(
    (key) =>
      revoked.includes(key) &&
      (key.status === 'current' || (key.status === 'revoked' && stoodCurrent(ledger, key))),
  );
  return stood[stood.length - 1];
}

/**
 * Keys must not be taken any more. The revocation takes the place of the current key at once, so that the device is
 * refused rather than taken whatever comes after; it stands for a long time where former keys are looked for; and only
 * then comes the successor, a second later by its own time, because peers take two keys of one second for a roll-back.
 *
 * Keys that are revoked already are revoked again, with a new time; if the place of the current key is taken for that, it
 * gets it back in the end, as a successor does.
 *
 * @param revoked One or more keys.
 * @param successor Takes the place of the current key. Without one the revocation stays under the id of the device.
 */
export function planRevocation(
  ledger: KeyLedger,
  revoked: readonly LedgerKey[],
  { nowMs, timestampSeconds }: PlanTime,
  successor: NewKey | undefined,
): KeyPlan {
  const { device } = ledger;
  const revocationOf = ({ noiseKey }: LedgerKey, under: string): KeyStatement => {
    return { kind: 'revocation', device: under, noiseKey, timestampSeconds };
  };
  const first = displaced(ledger, revoked);
  // What takes the place of a longer record goes first: it makes room in a packet for what needs a new place.
  // In the order of the ledger, whatever order they were named in: a plan that is made again must be the same.
  const others = ledger.keys.filter((key) => revoked.includes(key) && key !== first);
  const displacing = first === undefined ? [] : [first];
  const statements = [
    ...displacing.map((key) => revocationOf(key, device)),
    ...[...others, ...displacing].map((key) => revocationOf(key, formerDevice(device, key.noiseKey))),
  ];
  const isNew = ({ status }: LedgerKey): boolean => status !== 'revoked';
  const change = {
    ...NOT_RESTATED,
    status: 'revoked',
    revokedAtMs: nowMs,
    stampedSeconds: timestampSeconds,
  } as const;
  const changed = (key: LedgerKey): LedgerKey =>
    isNew(key) ? { ...key, ...change } : { ...key, stampedSeconds: timestampSeconds };
  const after: KeyLedger = {
    ...ledger,
    keys: ledger.keys.map((key) => (revoked.includes(key) ? changed(key) : key)),
    revocationCount: ledger.revocationCount + revoked.filter(isNew).length,
    stampedSeconds: timestampSeconds,
  };
  const later = { nowMs, timestampSeconds: timestampSeconds + 1n };
  if (successor !== undefined) {
    const next = planFirstKey(after, successor, later);
    return {
      statements: [...statements, ...next.statements],
      ledger: { ...next.ledger, rotationCount: ledger.rotationCount + 1 },
    };
  }
  const current = currentKey(after);
  if (first === undefined || current === undefined) return { statements, ledger: after };
  return {
    statements: [
      ...statements,
      { kind: 'key', device, noiseKey: current.noiseKey, timestampSeconds: later.timestampSeconds },
    ],
    ledger: {
      ...withKey(after, current, { stampedSeconds: later.timestampSeconds }),
      stampedSeconds: later.timestampSeconds,
    },
  };
}
