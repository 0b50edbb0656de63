import { answeredKeys, hex, KEY_POLICIES, type KeyLedger } from 'pubky-paykit';
import { type KeyPlaces, placesText } from './key-places.ts';
import { dateText } from './time-text.ts';

type LedgerKey = KeyLedger['keys'][number];

/** A key of the ledger, as `paykit keys status` shows it. */
export interface ShownKey {
  readonly key: LedgerKey;
  /** Whether `paykit receive` answers with it: the ledger may have more former keys than that. */
  readonly isAnswered: boolean;
  /** Of the key if it is current, of its revocation if it is revoked. */
  readonly places: KeyPlaces | undefined;
}

/** The keys that `paykit receive` answers with. @param nowMs Unix milliseconds. */
export function answeredIn(ledger: KeyLedger, nowMs: number): readonly LedgerKey[] {
  return answeredKeys(ledger, KEY_POLICIES.standard.overlapMs, nowMs);
}

/** When things happened to a key, as they are named in the ledger. */
const EVENTS = {
  createdAtMs: 'made',
  publishedAtMs: 'published',
  supersededAtMs: 'replaced',
  retiredAtMs: 'retired',
  revokedAtMs: 'revoked',
  announcedAtMs: 'revocation published',
  withdrawnAtMs: 'revocation taken off',
} as const;

/** Behind which date the places of a key stand. */
const PLACED_EVENT: Readonly<Partial<Record<LedgerKey['status'], keyof typeof EVENTS>>> = {
  current: 'publishedAtMs',
  revoked: 'announcedAtMs',
};

/** Some lines about a key, for people. @param nowMs Unix milliseconds. */
export function keyRows({ key, isAnswered, places }: ShownKey, nowMs: number): readonly string[] {
  const { status, noiseKey, stampedSeconds } = key;
  const dates = Object.entries(EVENTS).flatMap(([field, name]) => {
    const atMs = key[field as keyof typeof EVENTS];
    const where = places !== undefined && PLACED_EVENT[status] === field ? placesText(places) : '';
    return atMs === undefined ? [] : [`    ${name} ${dateText(atMs, nowMs)}${where}`];
  });
  const isTurnedAway = status === 'former' && !isAnswered;
  return [
    `  ${status.padEnd(8)}  ${hex.encode(noiseKey)}`,
    ...dates,
    `    signed ${dateText(Number(stampedSeconds) * 1_000, nowMs)}`,
    ...(isTurnedAway ? ['    not answered any more'] : []),
  ];
}
