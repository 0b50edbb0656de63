import { homeserverRecords, signPacket } from '@pubky-paykit/pkarr-discovery';
import { type Clock, type IdentitySigner, isCodedError, type Logger } from '@pubky-paykit/primitives';
import { REPUBLISH_INTERVAL_MS } from '../constants.ts';
import type { PacketShelf } from '../relay/packet-shelf.ts';
import type { PacketNetwork } from '../relay/relay-handler.ts';

/** What a homeserver needs to be found. */
export interface PublicationOptions {
  readonly signer: IdentitySigner;
  /** Where it listens. */
  readonly port: number;
  readonly shelf: PacketShelf;
  readonly network?: PacketNetwork | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MICROSECONDS_PER_MS = 1_000n;

/** Signs and publishes the record of a homeserver; always newer than the one before, whatever the clock says. */
async function publish({ signer, port, shelf, network, clock }: PublicationOptions): Promise<void> {
  const { publicKey } = signer;
  const now = BigInt(clock.now()) * MICROSECONDS_PER_MS;
  const known = shelf.get(publicKey)?.packet.timestamp;
  const timestamp = known !== undefined && known >= now ? known + 1n : now;
  const records = homeserverRecords({ homeserver: publicKey, host: 'localhost', port });
  const packet = await signPacket(signer, records, timestamp);
  await shelf.put(packet);
  await network?.publish(packet);
}

/**
 * Publishes where a homeserver is, and again every hour.
 *
 * @returns what stops that.
 * @throws Whatever keeps it from being published at first.
 */
export async function startPublication(options: PublicationOptions): Promise<() => void> {
  const { clock, logger } = options;
  await publish(options);
  let cancel = (): void => {};
  let stopped = false;
  const again = (): void => {
    if (stopped) return;
    cancel = clock.schedule(REPUBLISH_INTERVAL_MS, () => {
      publish(options)
        .catch((error) => {
          const code = isCodedError(error) ? error.code : 'unknown';
          logger.warn('the homeserver could not publish its record again', { error: code });
        })
        .finally(again);
    });
  };
  again();
  return () => {
    stopped = true;
    cancel();
  };
}
