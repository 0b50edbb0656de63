import { type CancelSignal, type Clock, hex, type RandomSource } from '@pubky-paykit/primitives';
import { LEASE_MS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { OpenRecords, RecordCodec, RecordStore } from '../ports/record-store.ts';
import { millisecondsOf } from '../records/freshness.ts';
import { documentCodec } from '../shapes/document.ts';
import { natural, object, text } from '../shapes/shape.ts';

/** Who has something for itself, and until when. */
export interface LeaseEntry {
  /** 32 hex digits, drawn for each lease. */
  readonly holder: string;
  /** Unix milliseconds, exclusive. */
  readonly untilMs: number;
}

const HOLDER_BYTES = 16;
const MAX_LEASE_BYTES = 256;

const documents = documentCodec<LeaseEntry>({
  what: 'lease',
  format: 'pubky-paykit-lease',
  version: 1,
  maximumBytes: MAX_LEASE_BYTES,
  shape: object({ holder: text(/^[0-9a-f]{32}$/), untilMs: natural }),
});

/** Nobody's. */
const EXPIRED: LeaseEntry = Object.freeze({ holder: '0'.repeat(2 * HOLDER_BYTES), untilMs: 0 });

/**
 * A lease that cannot be read is nobody's: it keeps nothing that is worth more than the work it would keep from being done,
 * and whoever wrote it is held by compare-and-swap as well.
 */
const leaseCodec: RecordCodec<LeaseEntry> = {
  encode: (entry) => documents.encode(entry),
  decode(bytes) {
    try {
      return documents.decode(bytes);
    } catch {
      return EXPIRED;
    }
  },
};

/** Opens the leases of one room. */
export function openLeases(openRecords: OpenRecords, room: string): RecordStore<LeaseEntry> {
  return openRecords(room, leaseCodec);
}

/** What a lease is about. */
export interface LeaseOptions {
  readonly leases: RecordStore<LeaseEntry>;
  readonly key: string;
  /** Named in errors. */
  readonly what: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly signal?: CancelSignal | undefined;
}

/** Something one process has for itself. */
export interface Lease {
  /** Has it for the whole time from now again. @throws DISCOVERY_LEASE_LOST if somebody else has it by now. */
  renew(): Promise<void>;
}

/** Whether an entry keeps others away. One that lasts longer than any lease can was written by a clock that was wrong. */
function isInForce({ untilMs }: LeaseEntry, nowMs: number): boolean {
  return untilMs > nowMs && untilMs <= nowMs + LEASE_MS;
}

/**
 * Does work that one process at a time may do. A process that dies leaves the lease behind until it expires; one that takes
 * longer renews it. It keeps honest processes apart as well as their clocks agree, so that whatever must never go wrong is
 * to be held by compare-and-swap beside it.
 *
 * The signal ends the work, and never a write of the lease: one that is cut off may have been done, and would keep everybody
 * away. The store limits how long that takes.
 *
 * @throws DISCOVERY_LEASE_HELD, DISCOVERY_CANCELLED, and what the store and the work throw.
 */
export async function withLease<Result>(
  { leases, key, what, clock, random, signal }: LeaseOptions,
  work: (lease: Lease) => Promise<Result>,
): Promise<Result> {
  const requireWanted = (): void => {
    if (signal?.aborted) throw new DiscoveryError('DISCOVERY_CANCELLED', { what });
  };
  const holder = hex.encode(random.bytes(HOLDER_BYTES));
  let mayHold = false;
  const take = (mayTake: (current: LeaseEntry | undefined, nowMs: number) => void) =>
    leases.update(key, (current) => {
      const nowMs = Math.max(0, Math.floor(millisecondsOf(clock)));
      mayTake(current, nowMs);
      // From here on, whatever the store says of it.
      mayHold = true;
      return { holder, untilMs: nowMs + LEASE_MS };
    });
  requireWanted();
  try {
    await take((current, nowMs) => {
      if (current === undefined || current.holder === holder || !isInForce(current, nowMs)) return;
      throw new DiscoveryError('DISCOVERY_LEASE_HELD', { what, forMs: current.untilMs - nowMs });
    });
    requireWanted();
    return await work({
      async renew() {
        requireWanted();
        await take((current) => {
          if (current?.holder !== holder) throw new DiscoveryError('DISCOVERY_LEASE_LOST', { what });
        });
      },
    });
  } finally {
    // Whatever the work came to counts; a lease that cannot be given back expires.
    const release = (current: LeaseEntry | undefined) => (current?.holder === holder ? undefined : current);
    if (mayHold) await leases.update(key, release).catch(() => {});
  }
}
