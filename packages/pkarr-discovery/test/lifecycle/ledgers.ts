import fc from 'fast-check';
import { emptyLedger, type KeyLedger, type LedgerKey } from '../../src/lifecycle/key-ledger.ts';
import type { Publication } from '../../src/publications/publication.ts';
import { filled } from '../bytes.ts';
import { START_MS } from './world.ts';

export const START_SECONDS = BigInt(START_MS / 1_000);

/** A key of a ledger, current and published unless said otherwise. */
export function ledgerKeyOf(change: Partial<LedgerKey> = {}): LedgerKey {
  return {
    context: 'default',
    noiseKey: filled(1),
    status: 'current',
    stampedSeconds: START_SECONDS,
    createdAtMs: START_MS,
    publishedAtMs: START_MS,
    ...change,
  };
}

/** A ledger with these keys. */
export function ledgerWith(keys: readonly LedgerKey[], change: Partial<KeyLedger> = {}): KeyLedger {
  const times = [0n, ...keys.map((key) => key.stampedSeconds)].sort((a, b) => (a < b ? -1 : 1));
  return {
    ...emptyLedger(filled(9), 'default', 0),
    revision: 1,
    nextEpoch: keys.length,
    keys,
    stampedSeconds: times[times.length - 1] as bigint,
    ...change,
  };
}

const optionalMs = fc.option(fc.nat(), { nil: undefined });

const keys: fc.Arbitrary<LedgerKey> = fc.record(
  {
    context: fc.constant(''),
    noiseKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    status: fc.constantFrom('former' as const, 'retired' as const, 'revoked' as const),
    stampedSeconds: fc.bigInt({ min: 0n, max: 2n ** 63n }),
    createdAtMs: fc.nat(),
    publishedAtMs: optionalMs,
    supersededAtMs: optionalMs,
    retiredAtMs: optionalMs,
    revokedAtMs: optionalMs,
    announcedAtMs: optionalMs,
    withdrawnAtMs: optionalMs,
  },
  { requiredKeys: ['context', 'noiseKey', 'status', 'stampedSeconds', 'createdAtMs'] },
);

const device = fc.constantFrom('default', 'phone1', 'default-0123456789abcdef');

/** Publications of one identity; their records are only texts. */
export const publicationsOf = (identity: Uint8Array): fc.Arbitrary<Publication> =>
  fc.oneof(
    fc.record({
      identity: fc.constant(identity),
      device,
      kind: fc.constantFrom('key' as const, 'revocation' as const),
      record: fc.stringMatching(/^v=1;[a-z0-9=+/;]{1,100}$/),
    }),
    fc.record({ identity: fc.constant(identity), device, kind: fc.constant('retirement' as const) }),
  );

/** Ledgers of every kind that do not contradict themselves. */
export const ledgers: fc.Arbitrary<KeyLedger> = fc
  .record({
    identity: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    keys: fc.array(keys, { maxLength: 5 }),
    counts: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
    jitter: fc.nat(65_535),
    hasCurrent: fc.boolean(),
  })
  .chain(
    ({ identity, keys: list, counts: [revision, rotationCount, revocationCount], jitter, hasCurrent }) => {
      const named = list.map((key, epoch) => ({
        ...key,
        context: epoch === 0 ? 'default' : `default#${epoch}`,
        status: hasCurrent && epoch === list.length - 1 ? ('current' as const) : key.status,
      }));
      return fc.array(publicationsOf(identity), { maxLength: 4 }).map((outbox) => ({
        ...ledgerWith(named),
        identity,
        revision,
        rotationCount,
        revocationCount,
        jitter,
        outbox,
      }));
    },
  );
