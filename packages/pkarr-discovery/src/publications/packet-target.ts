import {
  type Clock,
  concatBytes,
  encodeUtf8,
  equalBytes,
  type IdentitySigner,
  type RandomSource,
  systemClock,
} from '@pubky-paykit/primitives';
import {
  CLASS_INTERNET,
  KEY_BYTES,
  KEY_RECORD_TTL_SECONDS,
  MAX_TEXT_STRING_BYTES,
  MAX_TTL_SECONDS,
  MIN_TTL_SECONDS,
} from '../constants.ts';
import { type DnsRecord, recordClass } from '../dns/record.ts';
import { DiscoveryError } from '../errors.ts';
import { isTooLarge, type PacketChange } from '../publishing/packet-change.ts';
import { updatePacket } from '../publishing/update-packet.ts';
import { keyRecordName } from '../records/device-id.ts';
import { millisecondsOf } from '../records/freshness.ts';
import type { PacketStore, WriteReport } from '../relays/packet-store.ts';
import { ownName } from '../signed-packet/own-name.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import { checkPublication, checkReplacing, isRevokedThere } from './checking.ts';
import { givingWayTo, mayStayOut } from './packet-room.ts';
import type { Publication, PublicationTarget, PublishCall } from './publication.ts';

/** Whose packet, and how it is published. */
export interface PacketTargetOptions {
  /** A relay, a set of relays, the DHT. */
  readonly packets: PacketStore;
  /** Signs the packet of the identity, once for each try. */
  readonly signer: IdentitySigner;
  /** That of the packets by default. */
  readonly name?: string;
  readonly clock?: Clock;
  /** Spreads retries. */
  readonly random?: RandomSource;
  /** How long others may keep the record, 300 to 86 400 s; 300 by default. */
  readonly ttlSeconds?: number;
  /** Milliseconds for all of one publication, the signer included; 2 minutes by default. */
  readonly timeoutMs?: number;
  /** Whether an identity without a packet gets one, though it will name no homeserver. Off by default. */
  readonly allowCreate?: boolean;
}

/**
 * Publishes into the packet of the identity: the text of the record as `TXT` at `_noise.phone`, where a retired device has
 * none. Everything else in the packet stays as it is, above all the record that names the homeserver. A packet has room for
 * three records of keys beside it, with 45 characters in their ids together; the id of a former key is 17 longer than that of
 * its device. Where there is no room, records of former keys and revocations make way that are too old for everybody; then,
 * for a revocation or a current key, records of former keys, one after the other: the overlap ends early for those who read
 * nothing but the packet. Nothing else ever does. For the same reason a former key that finds no room is no failure: the
 * packet stays as it is, and `onPartial` is told, with DISCOVERY_PACKET_TOO_LARGE and the name of this target.
 *
 * `publish` throws DISCOVERY_NEWER_PUBLISHED, DISCOVERY_BAD_PUBLICATION, DISCOVERY_BAD_DEVICE,
 * DISCOVERY_KEY_RECORD_MALFORMED, DISCOVERY_KEY_RECORD_FORGED, DISCOVERY_FRESHNESS_FORGED, DISCOVERY_REVOCATION_NO_ROOM for a
 * revocation, and what {@link updatePacket} throws, such as DISCOVERY_PACKET_TOO_LARGE; both say how much room there is.
 *
 * @throws DISCOVERY_WRONG_LENGTH
 * @throws RangeError for a time to live outside its bounds.
 * @see official-noise §4.5
 *
 * @example
 * ```ts
 * import { createPacketTarget, createRelay } from '@pubky-paykit/pkarr-discovery';
 * import type { IdentitySigner } from '@pubky-paykit/primitives';
 * declare const signer: IdentitySigner;
 * const packets = createRelay({ url: 'https://pkarr.pubky.app' });
 * const target = createPacketTarget({ packets, signer, name: 'relay' });
 * ```
 */
export function createPacketTarget(options: PacketTargetOptions): PublicationTarget {
  const { packets, signer, name = packets.name, ttlSeconds = KEY_RECORD_TTL_SECONDS, ...update } = options;
  const identity = Uint8Array.from(signer.publicKey);
  checkLength('the key of the signer', identity, KEY_BYTES, KEY_BYTES);
  if (!(ttlSeconds >= MIN_TTL_SECONDS && ttlSeconds <= MAX_TTL_SECONDS)) {
    throw new RangeError(`a time to live of ${ttlSeconds} s is outside its bounds`);
  }

  async function publish(publication: Publication, { signal, onPartial }: PublishCall = {}): Promise<void> {
    checkPublication(publication, identity);
    const nowMs = millisecondsOf(update.clock ?? systemClock);
    let said: unknown;
    const onSaid = (error: unknown): void => {
      said = error;
    };
    const change = packetChangeOf(publication, { name, ttlSeconds, nowMs, onSaid });
    try {
      const onStored = ({ failed }: WriteReport): void => {
        if (failed.length > 0) onPartial?.(failed.map(({ relay, error }) => ({ target: relay, error })));
      };
      await updatePacket(packets, signer, change, { ...update, signal, onStored });
    } catch (cause) {
      if (said !== undefined && cause === said) return;
      if (!isTooLarge(cause)) throw cause;
      if (mayStayOut(publication)) return onPartial?.([{ target: name, error: cause }]);
      if (publication.kind !== 'revocation') throw cause;
      const { length, maximum, records } = cause.context;
      const context = { target: name, device: publication.device, length, maximum, records };
      throw new DiscoveryError('DISCOVERY_REVOCATION_NO_ROOM', context, { cause });
    }
  }

  return { name, publish };
}

/**
 * What of a packet a publication replaces, and by what. Applying it throws DISCOVERY_NEWER_PUBLISHED if the packet has a
 * record that must not be replaced by this one.
 *
 * @param options.onSaid Told of that error if the record says the same, later: the very key of a revocation is revoked.
 */
export function packetChangeOf(
  publication: Publication,
  {
    name,
    ttlSeconds,
    nowMs,
    onSaid,
  }: {
    readonly name: string;
    readonly ttlSeconds: number;
    readonly nowMs: number;
    readonly onSaid?: ((error: unknown) => void) | undefined;
  },
): PacketChange {
  const owner = ownName(publication.identity, keyRecordName(publication.device));
  const isOwn = (record: DnsRecord) => record.name === owner && recordClass(record) === CLASS_INTERNET;
  if (publication.kind === 'retirement') {
    return { replaces: (record) => isOwn(record) && record.data.type === 'TXT', records: [] };
  }
  const text = encodeUtf8(publication.record);
  return {
    replaces(record) {
      if (!isOwn(record) || record.data.type !== 'TXT') return false;
      const present = concatBytes(...record.data.strings);
      // Here, since this is what an update asks at every try, about the packet it has just read.
      if (equalBytes(present, text)) return true;
      try {
        checkReplacing(present, publication, name);
      } catch (error) {
        if (isRevokedThere(present, publication)) onSaid?.(error);
        throw error;
      }
      return true;
    },
    records: [{ name: owner, ttl: ttlSeconds, data: { type: 'TXT', strings: stringsOf(text) } }],
    givesWay: givingWayTo(publication, nowMs),
  };
}

/** Readers join the strings again. */
function stringsOf(text: Uint8Array): Uint8Array[] {
  const count = Math.ceil(text.length / MAX_TEXT_STRING_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const start = index * MAX_TEXT_STRING_BYTES;
    return text.slice(start, start + MAX_TEXT_STRING_BYTES);
  });
}
