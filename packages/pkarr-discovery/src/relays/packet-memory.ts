import { zBase32 } from '@pubky-paykit/primitives';
import { compareSignedPackets, copyOfPacket, type SignedPacket } from '../signed-packet/signed-packet.ts';

/** What is known about the packet of one key. */
export interface Remembered {
  /** The newest that was ever seen, or published here. Copied when it is given away. */
  newest: SignedPacket | undefined;
  /** The timestamp, in microseconds, of what each relay had when it last answered; undefined if it had nothing. */
  readonly held: Map<string, bigint | undefined>;
}

/** Remembers the newest packet of each of a bounded number of keys; the key that was asked for longest ago is forgotten. */
export class PacketMemory {
  readonly #maximumKeys: number;
  readonly #keys = new Map<string, Remembered>();

  /** @throws RangeError unless at least one key is to be remembered. */
  constructor(maximumKeys: number) {
    if (!(maximumKeys >= 1)) throw new RangeError('a memory must hold one key at least');
    this.#maximumKeys = maximumKeys;
  }

  /** Keys remembered now. */
  get size(): number {
    return this.#keys.size;
  }

  /** What is known about a key, as the one used last. @param publicKey 32 bytes; borrowed. */
  of(publicKey: Uint8Array): Remembered {
    const key = zBase32.encode(publicKey);
    const entry = this.#keys.get(key) ?? { newest: undefined, held: new Map() };
    this.#keys.delete(key);
    this.#keys.set(key, entry);
    const [longestAgo] = this.#keys.keys();
    if (this.#keys.size > this.#maximumKeys && longestAgo !== undefined) this.#keys.delete(longestAgo);
    return entry;
  }

  /** Notes a packet. @param packet Copied: whoever has it may write into its bytes. */
  see(packet: SignedPacket): void {
    const entry = this.of(packet.publicKey);
    if (entry.newest !== undefined && compareSignedPackets(packet, entry.newest) <= 0) return;
    entry.newest = copyOfPacket(packet);
  }
}
