import {
  type CancelSignal,
  type Clock,
  equalBytes,
  type IdentitySigner,
  systemClock,
} from '@pubky-paykit/primitives';
import { DEFAULT_DEVICE } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { OpenRecords } from '../ports/record-store.ts';
import type { RecordPublication } from '../publications/publication.ts';
import type { Restamp } from '../queue/departure.ts';
import { formatKeyRecord, parseKeyRecord } from '../records/key-record.ts';
import { signKeyRecord } from '../records/sign-key-record.ts';
import { identityOf } from '../records/signing.ts';
import { askedSigner } from './asking-holders.ts';
import { type KeyLedger, liveKeys, withKey } from './key-ledger.ts';
import { recordDevice } from './key-plan.ts';
import { openKeyLedgers } from './ledger-codec.ts';
import { ledgerKey } from './ledger-desk.ts';
import { signingTime } from './signing-time.ts';

/** The keeper may be at work at the same time. */
const MAX_TRIES = 3;

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
 * @throws DISCOVERY_WRONG_LENGTH; from its calls DISCOVERY_LEDGER_CHANGED after the third time, DISCOVERY_CLOCK_BEHIND, and
 * what the signer and the store throw.
 *
 * @example
 * ```ts
 * import {
 *   createPublicationQueue,
 *   createRestamper,
 *   type OpenRecords,
 *   type PublicationTarget,
 * } from '@pubky-paykit/pkarr-discovery';
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
  const identity = identityOf(signer);
  const key = ledgerKey(identity, device);

  async function signAgain(
    { record, device: under }: RecordPublication,
    signal: CancelSignal,
  ): Promise<string | undefined> {
    const ledger = (await ledgers.get(key, { signal }))?.value;
    if (ledger === undefined) return undefined;
    const { noiseKey } = parseKeyRecord(record);
    const found = liveKeys(ledger).find(
      (live) => equalBytes(live.noiseKey, noiseKey) && recordDevice(ledger, live) === under,
    );
    if (found === undefined) return undefined;
    const { timestampSeconds } = signingTime(ledger.stampedSeconds, clock);
    const claim = { noiseKey, device: under, timestampSeconds, revoked: false };
    const signed = formatKeyRecord(await signKeyRecord(askedSigner(signer, { clock, signal }), claim));
    const noted: KeyLedger = {
      ...withKey(ledger, found, { stampedSeconds: timestampSeconds }),
      stampedSeconds: timestampSeconds,
      revision: ledger.revision + 1,
    };
    const change = (current: KeyLedger | undefined): KeyLedger => {
      if (current?.revision === ledger.revision) return noted;
      throw new DiscoveryError('DISCOVERY_LEDGER_CHANGED', { device });
    };
    await ledgers.update(key, change, { signal });
    return signed;
  }

  return async (publication, { signal }) => {
    if (!equalBytes(publication.identity, identity)) return undefined;
    for (let tries = 1; ; tries++) {
      try {
        return await signAgain(publication, signal);
      } catch (error) {
        const isChanged = error instanceof DiscoveryError && error.code === 'DISCOVERY_LEDGER_CHANGED';
        if (!isChanged || tries === MAX_TRIES) throw error;
      }
    }
  };
}
