import {
  compareSignedPackets,
  parseSignedPacket,
  type SignedPacket,
  signedPacketPayload,
} from '@pubky-paykit/pkarr-discovery';
import { type Clock, zBase32 } from '@pubky-paykit/primitives';
import { wholeSeconds } from '../http/http-date.ts';
import type { Store } from '../storage/store.ts';

/** What a publisher knows of the packet it replaces. */
export interface PutConditions {
  /** Its timestamp, in microseconds. */
  readonly replacing?: bigint | undefined;
  /** It is not newer than this, in milliseconds of Unix time, whole seconds. */
  readonly unmodifiedSinceMs?: number | undefined;
}

/** What became of a packet that was put. */
export type PutOutcome = 'stored' | 'known' | 'older' | 'changed' | 'full';

/** A packet, and when this relay has last heard that it is the newest. */
export interface ShelvedPacket {
  readonly packet: SignedPacket;
  /** Unix time in milliseconds; 0 if it was stored by an earlier process. */
  readonly seenMs: number;
  /** The one it replaced here, if it did. */
  readonly previous: SignedPacket | undefined;
}

/** The newest packet of each identity. */
export interface PacketShelf {
  get(publicKey: Uint8Array): ShelvedPacket | undefined;
  /** Keeps a packet if it is newer than the one there is; resolves once that is durable. */
  put(packet: SignedPacket, conditions?: PutConditions): Promise<PutOutcome>;
  /** Nothing newer was found anywhere. */
  confirm(publicKey: Uint8Array): void;
}

const MICROSECONDS_PER_MS = 1_000n;

/** The last second that has a date in HTTP, whose years have four digits. */
const LAST_DATE_MS = Date.UTC(9999, 11, 31, 23, 59, 59);

/** When a packet says that it was signed, in milliseconds of Unix time; timestamps beyond all dates become the last. */
export function signedAtMs(packet: SignedPacket): number {
  return Math.min(Number(packet.timestamp / MICROSECONDS_PER_MS), LAST_DATE_MS);
}

function holds(known: SignedPacket, { replacing, unmodifiedSinceMs }: PutConditions): boolean {
  if (replacing !== undefined && known.timestamp !== replacing) return false;
  // Dates have no fractions: a packet of the same second is taken for unmodified, as in HTTP.
  return unmodifiedSinceMs === undefined || wholeSeconds(signedAtMs(known)) <= unmodifiedSinceMs;
}

function outcomeOf(
  packet: SignedPacket,
  known: SignedPacket | undefined,
  conditions: PutConditions,
): PutOutcome | undefined {
  if (known === undefined) return undefined;
  const order = compareSignedPackets(packet, known);
  if (order < 0) return 'older';
  if (order === 0) return 'known';
  return holds(known, conditions) ? undefined : 'changed';
}

/**
 * A shelf over the store of the network.
 *
 * @param maximum identities; inclusive. More are refused, none is ever forgotten: a shelf never goes back.
 */
export function createPacketShelf(store: Store, clock: Clock, maximum: number): PacketShelf {
  /** Packets that were looked at in this process; verified once. */
  const shelved = new Map<string, ShelvedPacket>();
  const find = (publicKey: Uint8Array): ShelvedPacket | undefined => {
    const key = zBase32.encode(publicKey);
    const known = shelved.get(key);
    if (known !== undefined) return known;
    const payload = store.state.packets.get(key);
    if (payload === undefined) return undefined;
    const loaded = { packet: parseSignedPacket(publicKey, payload), seenMs: 0, previous: undefined };
    shelved.set(key, loaded);
    return loaded;
  };
  return {
    get: find,
    async put(packet, conditions = {}) {
      const key = zBase32.encode(packet.publicKey);
      let previous: SignedPacket | undefined;
      const outcome = await store.change<PutOutcome>((state) => {
        previous = find(packet.publicKey)?.packet;
        const decided = outcomeOf(packet, previous, conditions);
        if (decided !== undefined) return { changes: [], result: decided };
        if (previous === undefined && state.packets.size >= maximum) return { changes: [], result: 'full' };
        const payload = Buffer.from(signedPacketPayload(packet)).toString('base64');
        return { changes: [{ kind: 'packet', key, payload }], result: 'stored' };
      });
      if (outcome === 'stored') shelved.set(key, { packet, seenMs: clock.now(), previous });
      return outcome;
    },
    confirm(publicKey) {
      const known = find(publicKey);
      if (known !== undefined) shelved.set(zBase32.encode(publicKey), { ...known, seenMs: clock.now() });
    },
  };
}
