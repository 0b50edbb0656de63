import { type Clock, equalBytes, type IdentitySigner, systemClock } from '@pubky-paykit/primitives';
import { DEFAULT_DEVICE } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { OpenRecords } from '../ports/record-store.ts';
import type { Restamp } from '../queue/departure.ts';
import { formatKeyRecord, parseKeyRecord } from '../records/key-record.ts';
import { signKeyRecord } from '../records/sign-key-record.ts';
import { identityOf } from '../records/signing.ts';
import { liveKeys } from './key-ledger.ts';
import { recordDevice } from './key-plan.ts';
import { openKeyLedgers } from './ledger-codec.ts';
import { ledgerKey } from './ledger-desk.ts';
import { signingTime } from './signing-time.ts';

/** What a restamper is made of. */
export interface RestamperOptions {
  /** Those of the keeper. */
  readonly openRecords: OpenRecords;
  readonly signer: IdentitySigner;
  /** `default` unless given. */
  readonly device?: string | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Signs a record that has waited in the queue for too long again, if its key is still alive by the ledger of the device. The
 * ledger notes the new time before the record is given away, so that whatever the keeper signs afterwards is newer.
 *
 * @throws From its calls: DISCOVERY_LEDGER_CHANGED, DISCOVERY_CLOCK_BEHIND, and what the signer and the store throw.
 *
 * @example
 * ```ts
 * import { createPublicationQueue, createRestamper, type OpenRecords, type PublicationTarget } from '@pubky-paykit/pkarr-discovery';
 * import type { IdentitySigner } from '@pubky-paykit/primitives';
 * declare const openRecords: OpenRecords;
 * declare const signer: IdentitySigner;
 * declare const targets: PublicationTarget[];
 * const restamp = createRestamper({ openRecords, signer });
 * const queue = createPublicationQueue({ identity: signer.publicKey, openRecords, targets, restamp });
 * ```
 */
export function createRestamper(options: RestamperOptions): Restamp {
  const { openRecords, signer, device = DEFAULT_DEVICE, clock = systemClock } = options;
  const ledgers = openKeyLedgers(openRecords);
  return async (publication, { signal }) => {
    const identity = identityOf(signer);
    const key = ledgerKey(identity, device);
    const ledger = (await ledgers.get(key, { signal }))?.value;
    if (ledger === undefined || !equalBytes(publication.identity, identity)) return undefined;
    const { noiseKey } = parseKeyRecord(publication.record);
    const found = liveKeys(ledger).find(
      (live) => equalBytes(live.noiseKey, noiseKey) && recordDevice(ledger, live) === publication.device,
    );
    if (found === undefined) return undefined;
    const { timestampSeconds } = signingTime(ledger.stampedSeconds, clock);
    const claim = { noiseKey, device: publication.device, timestampSeconds, revoked: false };
    const record = formatKeyRecord(await signKeyRecord(signer, claim));
    const keys = ledger.keys.map((each) =>
      each === found ? { ...each, stampedSeconds: timestampSeconds } : each,
    );
    const noted = { ...ledger, keys, stampedSeconds: timestampSeconds, revision: ledger.revision + 1 };
    await ledgers.update(
      key,
      (current) => {
        if (current?.revision === ledger.revision) return noted;
        throw new DiscoveryError('DISCOVERY_LEDGER_CHANGED', { device });
      },
      { signal },
    );
    return record;
  };
}
