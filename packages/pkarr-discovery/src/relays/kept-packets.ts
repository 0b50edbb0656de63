import { type Clock, equalBytes, zBase32 } from '@pubky-paykit/primitives';
import {
  KEPT_PACKET_STEP_MS,
  KEPT_PACKETS_TIMEOUT_MS,
  MAX_CLOCK_SKEW_SECONDS,
  MAX_KEPT_PACKET_BYTES,
  MAX_PAYLOAD_BYTES,
  MIN_PAYLOAD_BYTES,
} from '../constants.ts';
import { eachRecord } from '../ports/each-record.ts';
import type { OpenRecords, RecordCodec, RecordStore, StoreCall } from '../ports/record-store.ts';
import { millisecondsOf } from '../records/freshness.ts';
import { type DocumentCodec, documentCodec } from '../shapes/document.ts';
import { bytes, identity, mapped, natural, object } from '../shapes/shape.ts';
import {
  compareSignedPackets,
  copyOfPacket,
  parseSignedPacket,
  type SignedPacket,
  signedPacketPayload,
} from '../signed-packet/signed-packet.ts';

const ROOM = 'seen-packets';

/** A packet, and when it was last seen. */
export interface KeptPacket {
  readonly packet: SignedPacket;
  /** Unix milliseconds. */
  readonly seenMs: number;
}

/** The same as it is kept: nobody has verified that the key signed the payload. */
export interface StoredPacket {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Unix milliseconds. */
  readonly seenMs: number;
  /** What a relay gives for the key. */
  readonly payload: Uint8Array;
}

/**
 * Kept packets as bytes. Of all that are kept nothing but the times matters when room is made, so that signatures are
 * verified by those who read one of them.
 */
export const storedPacketCodec: DocumentCodec<StoredPacket> = documentCodec({
  what: 'kept packet',
  format: 'pubky-paykit-seen-packet',
  version: 1,
  maximumBytes: MAX_KEPT_PACKET_BYTES,
  shape: mapped(
    object({ identity, seenMs: natural, payload: bytes(MIN_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES) }),
    ({ identity: publicKey, ...rest }): StoredPacket => ({ publicKey, ...rest }),
    ({ publicKey, ...rest }) => ({ identity: publicKey, ...rest }),
  ),
});

/** What cannot be read, be it damaged or of a later version, is worth nothing here, and is written over. */
const tolerantCodec: RecordCodec<StoredPacket | 'unreadable'> = {
  encode: (stored) => (stored === 'unreadable' ? new Uint8Array(0) : storedPacketCodec.encode(stored)),
  decode(stored) {
    try {
      return storedPacketCodec.decode(stored);
    } catch {
      return 'unreadable';
    }
  },
};

/** The packet that is kept for a key. A store may be anybody's: undefined unless the key has signed it. */
function keptIn(
  stored: StoredPacket | 'unreadable' | undefined,
  publicKey: Uint8Array,
): KeptPacket | undefined {
  if (typeof stored !== 'object' || !equalBytes(stored.publicKey, publicKey)) return undefined;
  try {
    return { packet: parseSignedPacket(publicKey, stored.payload), seenMs: stored.seenMs };
  } catch {
    return undefined;
  }
}

/** What a memory of packets is made of. */
export interface KeptPacketsOptions {
  /** The room `seen-packets` is used. */
  readonly openRecords: OpenRecords;
  readonly clock: Clock;
  /** How long a packet may be used after it was last seen. */
  readonly maximumAgeMs: number;
  /** Of so many keys; the ones that were seen longest ago are forgotten. */
  readonly maximumKeys: number;
}

/** The newest packets that were seen, beyond the process. */
export interface KeptPackets {
  /** Notes a packet that relays have just given, in bytes of its own; an older one than is kept changes nothing. @throws What the store throws. */
  see(packet: SignedPacket, call?: StoreCall): Promise<void>;
  /** The newest that was seen, unless that is too long ago. @throws What the store throws. */
  recall(publicKey: Uint8Array, call?: StoreCall): Promise<KeptPacket | undefined>;
}

/** Keeps packets in a store. @throws RangeError unless one key at least, and some time, are to be remembered. */
export function openKeptPackets(options: KeptPacketsOptions): KeptPackets {
  const { openRecords, clock, maximumAgeMs, maximumKeys } = options;
  if (!(maximumKeys >= 1 && maximumAgeMs > 0))
    throw new RangeError('a memory holds one key at least, for a time');
  const records = openRecords(ROOM, tolerantCodec);
  /** What this process knows to be kept, so that not every look-up writes. */
  const noted = new Map<string, KeptPacket>();
  const now = (): number => Math.floor(millisecondsOf(clock));
  const within = (call: StoreCall): StoreCall => ({ timeoutMs: KEPT_PACKETS_TIMEOUT_MS, ...call });

  function isNoted(key: string, packet: SignedPacket): boolean {
    const known = noted.get(key);
    if (known === undefined || compareSignedPackets(packet, known.packet) > 0) return false;
    return Math.abs(now() - known.seenMs) < KEPT_PACKET_STEP_MS;
  }

  return {
    async see(given, call = {}) {
      const key = zBase32.encode(given.publicKey);
      if (isNoted(key, given)) return;
      // Whoever has the packet may write into its bytes.
      const packet = copyOfPacket(given);
      let isNew = false;
      let kept: KeptPacket = { packet, seenMs: now() };
      const change = (current: StoredPacket | 'unreadable' | undefined): StoredPacket => {
        isNew = current === undefined;
        const present = keptIn(current, packet.publicKey);
        const isOlder = present !== undefined && compareSignedPackets(packet, present.packet) < 0;
        kept = isOlder ? present : { packet, seenMs: now() };
        const payload = signedPacketPayload(kept.packet);
        return { publicKey: packet.publicKey, seenMs: kept.seenMs, payload };
      };
      await records.update(key, change, within(call));
      if (noted.size >= maximumKeys) noted.clear();
      noted.set(key, kept);
      if (isNew) await forgetOldest(records, maximumKeys, now(), within(call));
    },
    async recall(publicKey, call = {}) {
      const stored = (await records.get(zBase32.encode(publicKey), within(call)))?.value;
      const kept = keptIn(stored, publicKey);
      if (kept === undefined) return undefined;
      const isTooOld = now() - kept.seenMs > maximumAgeMs;
      return isTooOld || isToCome(kept.seenMs, now()) ? undefined : kept;
    },
  };
}

/** Whether a clock that was ahead has noted this: nothing says when it was seen. */
function isToCome(seenMs: number, nowMs: number): boolean {
  return seenMs - nowMs > MAX_CLOCK_SKEW_SECONDS * 1_000;
}

/** What is not to be used anyway goes first: it must not be in the way of what is seen now. */
async function forgetOldest(
  records: RecordStore<StoredPacket | 'unreadable'>,
  maximumKeys: number,
  nowMs: number,
  call: StoreCall,
): Promise<void> {
  const all: { readonly key: string; readonly seenMs: number }[] = [];
  const rotten = await eachRecord(records.list('', call), ({ key, value }) => {
    const isUsable = typeof value === 'object' && !isToCome(value.seenMs, nowMs);
    all.push({ key, seenMs: isUsable ? value.seenMs : 0 });
  });
  // What the store cannot read is there all the same.
  const excess = Math.max(0, all.length + rotten - maximumKeys);
  const oldest = all.sort((left, right) => left.seenMs - right.seenMs).slice(0, excess);
  for (const { key } of oldest) await records.delete(key, call);
}
