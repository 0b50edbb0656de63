import {
  KEY_BYTES,
  MAX_JITTER,
  MAX_LEDGER_BYTES,
  MAX_LEDGER_KEYS,
  MAX_OUTBOX_PUBLICATIONS,
} from '../constants.ts';
import type { OpenRecords, RecordStore } from '../ports/record-store.ts';
import { type DocumentCodec, documentCodec } from '../shapes/document.ts';
import { deviceShape, publicationShape } from '../shapes/publication-shape.ts';
import {
  bytes,
  identity,
  list,
  mapped,
  natural,
  object,
  oneOf,
  optional,
  text,
  uint64,
} from '../shapes/shape.ts';
import { type KeyLedger, requireConsistent } from './key-ledger.ts';

/** A derivation context: visible ASCII without what JSON would escape. */
export const contextShape = text(/^[!#-[\]-~]{1,128}$/);

const keyShape = object({
  context: contextShape,
  noiseKey: bytes(KEY_BYTES),
  status: oneOf('current', 'former', 'retired', 'revoked'),
  stampedSeconds: uint64,
  createdAtMs: natural,
  publishedAtMs: optional(natural),
  supersededAtMs: optional(natural),
  retiredAtMs: optional(natural),
  revokedAtMs: optional(natural),
  announcedAtMs: optional(natural),
  withdrawnAtMs: optional(natural),
  restatedAtMs: optional(natural),
  restatements: optional(natural),
});

const ledgerShape = object({
  identity,
  device: deviceShape,
  revision: natural,
  nextEpoch: natural,
  rotationCount: natural,
  revocationCount: natural,
  keys: list(keyShape, MAX_LEDGER_KEYS),
  stampedSeconds: uint64,
  jitter: natural,
  outbox: list(publicationShape, MAX_OUTBOX_PUBLICATIONS),
});

/** @throws TypeError for a ledger that contradicts itself. */
function consistent(ledger: KeyLedger): KeyLedger {
  requireConsistent(ledger);
  if (ledger.jitter > MAX_JITTER) throw new TypeError('the jitter of the ledger is out of range');
  return ledger;
}

/** Ledgers as bytes. Strict both ways: a ledger that contradicts itself is neither written nor read. */
export const keyLedgerCodec: DocumentCodec<KeyLedger> = documentCodec({
  what: 'key ledger',
  format: 'pubky-paykit-key-ledger',
  version: 1,
  maximumBytes: MAX_LEDGER_BYTES,
  shape: mapped(ledgerShape, consistent, consistent),
});

/** The part of the store the ledgers live in. */
const ROOM = 'key-ledgers';

/**
 * Opens the ledgers of all devices. Keys are `{identity in z-base-32}/{device}`.
 *
 * @example
 * ```ts
 * import { type OpenRecords, openKeyLedgers } from '@pubky-paykit/pkarr-discovery';
 * declare const openRecords: OpenRecords;
 * for await (const { value } of openKeyLedgers(openRecords).list('')) console.log(value.device, value.rotationCount);
 * ```
 */
export function openKeyLedgers(openRecords: OpenRecords): RecordStore<KeyLedger> {
  return openRecords(ROOM, keyLedgerCodec);
}
