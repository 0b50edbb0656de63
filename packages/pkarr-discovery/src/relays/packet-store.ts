import type { CancelSignal, CodedErrorFields } from '@pubky-paykit/primitives';
import type { SignedPacket } from '../signed-packet/signed-packet.ts';

/** How a packet is read. */
export interface ReadOptions {
  readonly signal?: CancelSignal | undefined;
  /**
   * Whether the packet will be replaced by what is made of it. Then caches are passed by, all are waited for, and what is
   * remembered counts, because a packet made of nothing wipes out the one that was not seen.
   */
  readonly forUpdate?: boolean;
  /**
   * Whether what was seen earlier, or published here, counts as an answer; it does by default. `false` tells what others are
   * given now: nothing else proves a publication.
   */
  readonly remembered?: boolean;
  /**
   * Told, by a store of several, who has something older than what is given, or nothing, or has not said; not if nobody has.
   * They take the same packet if it is put once more, or are named among those that have not.
   */
  readonly onBehind?: ((relays: readonly string[]) => void) | undefined;
  /**
   * Lets a store that remembers give what it has seen earlier, if nobody can be asked; it is told when that was, in Unix
   * milliseconds. Without it, and for an update, such a store fails like any other.
   */
  readonly onRemembered?: ((seenMs: number) => void) | undefined;
}

/** How a packet is written. */
export interface WriteOptions {
  readonly signal?: CancelSignal | undefined;
  /** The timestamp, in microseconds, of the packet this one was made of. Missing if there was none. */
  readonly replacing?: bigint | undefined;
}

/** A relay that did not do what it was asked. */
export interface FailedRelay {
  readonly relay: string;
  readonly error: CodedErrorFields;
}

/** Who has stored a packet: at least one. */
export interface WriteReport {
  readonly stored: readonly string[];
  readonly failed: readonly FailedRelay[];
}

/** Where signed packets are found. */
export interface PacketSource {
  /** For reports and errors. */
  readonly name: string;
  /** Milliseconds in which `get` ends; unknown if missing. Who asks should wait just longer. */
  readonly readTimeoutMs?: number | undefined;
  /**
   * The newest packet of a key. `undefined` means that all who were asked say that there is none: not that nobody could be
   * asked, nor only one of several.
   *
   * @param publicKey 32 bytes; borrowed.
   */
  get(publicKey: Uint8Array, options?: ReadOptions): Promise<SignedPacket | undefined>;
}

/** Where signed packets are published. */
export interface PacketStore extends PacketSource {
  /** Publishes a packet in the place of an older one. @throws DISCOVERY_CONFLICT if there is a newer one, or another. */
  put(packet: SignedPacket, options?: WriteOptions): Promise<WriteReport>;
}
