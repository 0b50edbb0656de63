import { type CancelSignal, type Clock, encodeUtf8, equalBytes, systemClock } from '@pubky-paykit/primitives';
import { UPDATE_TIMEOUT_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { DiscoveryError } from '../errors.ts';
import type { OwnFiles } from '../ports/own-files.ts';
import type { PublicFiles } from '../ports/public-files.ts';
import type { OpenRecords } from '../ports/record-store.ts';
import { createFileTarget } from '../publications/file-target.ts';
import { presentFile } from '../publications/present-file.ts';
import type { Publication } from '../publications/publication.ts';
import { keyRecordPath } from '../records/device-id.ts';
import type { PacketStore } from '../relays/packet-store.ts';
import { readPacketOf } from '../relays/read-packet.ts';
import { compareSignedPackets, type SignedPacket } from '../signed-packet/signed-packet.ts';
import { checkBundle, checkPacket } from './check-bundle.ts';
import type { ColdBundle } from './cold-files.ts';
import { noteIntended, notePublished } from './prepared-ledger.ts';

/** Where a bundle is published. No secret of the identity is needed, only the session that may write its files. */
export interface PublishPreparedOptions {
  /** How the identity writes its files, and everybody reads them; without it only the packet is published. */
  readonly files?: (OwnFiles & PublicFiles) | undefined;
  /** Where its packet is published; without it only the files are. */
  readonly packets?: PacketStore | undefined;
  /** Those with the ledger of the device, if it is kept here: it says what is published before it is. */
  readonly openRecords?: OpenRecords | undefined;
  readonly clock?: Clock | undefined;
  /** Milliseconds for all of it; 2 minutes unless given. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: CancelSignal | undefined;
}

/** Where a bundle is now. */
export interface PreparedReport {
  /** Device ids whose files are as the bundle says. */
  readonly files: readonly string[];
  readonly packet: boolean;
}

/**
 * Publishes what was prepared offline, on a machine without the secret [O3]. Everything is checked before anything is sent.
 * The packet goes first, in the place of the one it was made of and of no other; then the files, in their order; each
 * is read back. After a failure on the way the same bundle can be published again.
 *
 * @throws DISCOVERY_COLD_EXPIRED, DISCOVERY_COLD_PACKET_CHANGED, DISCOVERY_COLD_PACKET_WRONG,
 * DISCOVERY_COLD_LEDGER_DIFFERS, DISCOVERY_BAD_PUBLICATION, DISCOVERY_NOT_CONFIRMED, DISCOVERY_TIMED_OUT,
 * DISCOVERY_CANCELLED, what `verifyKeyRecord` throws, and what files, packets and store throw.
 * @throws TypeError if there is nowhere to publish.
 * @see P8 §4.4, docs/key-lifecycle.md
 *
 * @example
 * ```ts
 * import {
 *   coldBundleCodec,
 *   type OwnFiles,
 *   type PacketStore,
 *   type PublicFiles,
 *   publishPrepared,
 * } from '@pubky-paykit/pkarr-discovery';
 * declare const bundleFile: Uint8Array;
 * declare const files: OwnFiles & PublicFiles;
 * declare const packets: PacketStore;
 * await publishPrepared(coldBundleCodec.decode(bundleFile), { files, packets });
 * ```
 */
export async function publishPrepared(
  bundle: ColdBundle,
  options: PublishPreparedOptions,
): Promise<PreparedReport> {
  const { files, packets, openRecords, signal } = options;
  const { clock = systemClock, timeoutMs = UPDATE_TIMEOUT_MS } = options;
  if (files === undefined && packets === undefined) throw new TypeError('there is nowhere to publish');
  checkBundle(bundle, clock);
  const { identity } = bundle;
  return withDeadline(
    { what: 'publishing what was prepared', clock, timeoutMs, signal },
    async ({ race }) => {
      const read = (store: PacketStore) =>
        race((ended) => readPacketOf(store, identity, { signal: ended, forUpdate: true }));
      const checked = packets && (await checkPacket(bundle, () => read(packets)));
      if (openRecords !== undefined) await race((ended) => noteIntended(bundle, openRecords, clock, ended));
      if (packets !== undefined && checked !== undefined) {
        const { packet } = checked;
        // As relays give it now: a store may remember what they have lost, or never took.
        const isGiven = async (): Promise<boolean> => {
          const given = await race((ended) =>
            readPacketOf(packets, identity, { signal: ended, remembered: false }),
          );
          return given !== undefined && compareSignedPackets(given, packet) === 0;
        };
        if (!(checked.isPublished && (await isGiven()))) {
          await race((ended) => put(packets, packet, bundle, ended));
          if (!(await isGiven())) throw new DiscoveryError('DISCOVERY_NOT_CONFIRMED', { tries: 1 });
        }
      }
      const written: string[] = [];
      for (const publication of files === undefined ? [] : bundle.publications) {
        await race((ended) => write(files as OwnFiles & PublicFiles, publication, bundle, ended));
        written.push(publication.device);
      }
      if (openRecords !== undefined) await race((ended) => notePublished(bundle, openRecords, clock, ended));
      return { files: [...new Set(written)], packet: checked !== undefined };
    },
  );
}

async function put(
  packets: PacketStore,
  packet: SignedPacket,
  { replaces }: ColdBundle,
  signal: CancelSignal,
): Promise<void> {
  try {
    await packets.put(packet, { signal, replacing: replaces });
  } catch (cause) {
    if (!(cause instanceof DiscoveryError) || cause.code !== 'DISCOVERY_CONFLICT') throw cause;
    const changed = { expected: replaces ?? 0n, found: undefined };
    throw new DiscoveryError('DISCOVERY_COLD_PACKET_CHANGED', changed, { cause });
  }
}

/** Writes a record, unless what comes after it stands there already, from the time before. */
async function write(
  files: OwnFiles & PublicFiles,
  publication: Publication,
  { identity, publications }: ColdBundle,
  signal: CancelSignal,
): Promise<void> {
  const { device } = publication;
  const after = publications
    .slice(publications.indexOf(publication) + 1)
    .filter((each) => each.device === device);
  if (after.length > 0) {
    const present = await presentFile(files, identity, keyRecordPath(device), { signal });
    const isThere = after.some(
      (each) =>
        each.kind !== 'retirement' &&
        present instanceof Uint8Array &&
        equalBytes(present, encodeUtf8(each.record)),
    );
    if (isThere) return;
  }
  await createFileTarget({ identity, own: files, files }).publish(publication, { signal });
}
