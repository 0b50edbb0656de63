import {
  type CancelSignal,
  type Clock,
  isCodedError,
  type Logger,
  noTelemetry,
  silentLogger,
  systemClock,
  type Telemetry,
} from '@pubky-paykit/primitives';
import { KEPT_PACKET_MAX_AGE_MS, KEPT_PACKETS, KEPT_PACKETS_TIMEOUT_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import type { OpenRecords, StoreCall } from '../ports/record-store.ts';
import { report } from '../reporting.ts';
import type { SignedPacket } from '../signed-packet/signed-packet.ts';
import { openKeptPackets } from './kept-packets.ts';
import type { PacketStore, ReadOptions } from './packet-store.ts';

/** What it means that nobody could be asked. Whoever was asked and refused, or answered nonsense, is no outage. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'DISCOVERY_OFFLINE',
  'DISCOVERY_TIMED_OUT',
  'DISCOVERY_RELAY_UNAVAILABLE',
  'DISCOVERY_RATE_LIMITED',
]);

/** What sets of relays throw, with an error of each that failed in its cause. */
const OF_SEVERAL: ReadonlySet<string> = new Set(['DISCOVERY_NO_RELAY', 'DISCOVERY_ABSENCE_UNCERTAIN']);

/** What remembers packets. */
export interface RememberingPacketsOptions {
  /** Who is asked, such as a set of relays. */
  readonly packets: PacketStore;
  /** The room `seen-packets` is used. */
  readonly openRecords: OpenRecords;
  /** Milliseconds for which a packet may be used after it was last seen; 7 days by default. */
  readonly maximumAgeMs?: number | undefined;
  /** Keys whose packets are kept, of some 1.7 kB each; 500 by default. */
  readonly maximumKeys?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Told whenever a packet comes from memory, and of a memory that fails. */
  readonly logger?: Logger | undefined;
  /** `discovery.packets_remembered` counts by `outcome`: `used`, `none`, `failed`. */
  readonly telemetry?: Telemetry | undefined;
}

/**
 * Remembers beyond the process what relays have given, for the time when none of them can be reached. Such a packet is
 * verified again, and given only to who asks with `onRemembered` and is told so, never for an update: nothing is published
 * after a read that failed. That there is no packet is an answer, and no outage, if all say so. A memory that fails is as
 * good as none.
 *
 * What is remembered may have been replaced meanwhile: use it to find homeservers, not keys.
 *
 * @throws RangeError unless one key at least, and some time, are to be remembered.
 *
 * @example
 * ```ts
 * import {
 *   createHomeserverDirectory,
 *   createRememberingPackets,
 *   type OpenRecords,
 *   type PacketStore,
 * } from '@pubky-paykit/pkarr-discovery';
 * declare const relays: PacketStore;
 * declare const openRecords: OpenRecords;
 * declare const identity: Uint8Array; // 32 bytes
 * const store = createRememberingPackets({ packets: relays, openRecords });
 * const found = await createHomeserverDirectory({ store }).find(identity);
 * found?.rememberedMs; // when its packet was last seen, if no relay could be reached now
 * ```
 */
export function createRememberingPackets(options: RememberingPacketsOptions): PacketStore {
  const { packets, openRecords, clock = systemClock, logger = silentLogger } = options;
  const { maximumAgeMs = KEPT_PACKET_MAX_AGE_MS, maximumKeys = KEPT_PACKETS } = options;
  const { telemetry = noTelemetry } = options;
  const kept = openKeptPackets({ openRecords, clock, maximumAgeMs, maximumKeys });

  function tell(
    outcome: 'used' | 'none' | 'failed',
    attributes: Readonly<Record<string, string | number>>,
  ): void {
    report(() => telemetry.count('discovery.packets_remembered', 1, { outcome }));
    if (outcome === 'none') return;
    const what = outcome === 'used' ? 'a remembered packet is used' : 'the memory of packets failed';
    report(() => logger.warn(what, attributes));
  }

  /**
   * Never rejects, and ends whether or not the store keeps its time: neither what is remembered nor that it could not be may
   * be in the way of an answer.
   */
  async function safely<Result>(
    signal: CancelSignal | undefined,
    work: (call: StoreCall) => Promise<Result>,
  ): Promise<Result | undefined> {
    const limits = { what: 'remembering a packet', clock, timeoutMs: KEPT_PACKETS_TIMEOUT_MS, signal };
    try {
      return await withDeadline(limits, ({ race }) => race((ended) => work({ signal: ended })));
    } catch (error) {
      tell('failed', { code: isCodedError(error) ? error.code : 'UNCODED' });
      return undefined;
    }
  }

  async function recalled(
    publicKey: Uint8Array,
    error: unknown,
    onRemembered: NonNullable<ReadOptions['onRemembered']>,
    signal: CancelSignal | undefined,
  ): Promise<SignedPacket> {
    const found = await safely(signal, (call) => kept.recall(publicKey, call));
    if (found === undefined) {
      tell('none', {});
      throw error;
    }
    tell('used', { ageMs: clock.now() - found.seenMs, code: isCodedError(error) ? error.code : 'UNCODED' });
    onRemembered(found.seenMs);
    return found.packet;
  }

  return {
    name: packets.name,
    readTimeoutMs: packets.readTimeoutMs && packets.readTimeoutMs + KEPT_PACKETS_TIMEOUT_MS,
    async get(publicKey, readOptions = {}) {
      const { forUpdate = false, onRemembered, signal } = readOptions;
      const asked = Uint8Array.from(publicKey);
      let packet: SignedPacket | undefined;
      try {
        packet = await packets.get(asked, readOptions);
      } catch (error) {
        if (forUpdate || onRemembered === undefined || !isOutage(error)) throw error;
        return recalled(asked, error, onRemembered, signal);
      }
      const given = packet;
      // What is read on the way to an update is the old one of its owner, and soon replaced.
      if (given !== undefined && onRemembered !== undefined && !forUpdate) {
        await safely(signal, (call) => kept.see(given, call));
      }
      return packet;
    },
    put: (packet, writeOptions) => packets.put(packet, writeOptions),
  };
}

/** Whether nobody could be asked: of several, not one, or none but those that never had it. */
function isOutage(error: unknown): boolean {
  if (!isCodedError(error)) return false;
  if (!OF_SEVERAL.has(error.code)) return UNREACHABLE.has(error.code);
  const { cause } = error as { readonly cause?: unknown };
  return cause instanceof AggregateError && cause.errors.every(isOutage);
}
