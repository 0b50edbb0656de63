import {
  type CancelSignal,
  type Clock,
  type Deadline,
  type IdentitySigner,
  type RandomSource,
  systemClock,
  systemRandom,
} from '@pubky-paykit/primitives';
import {
  KEY_BYTES,
  MAX_TIMESTAMP,
  STALE_AFTER_MS,
  UPDATE_RETRIES,
  UPDATE_RETRY_DELAY_MS,
  UPDATE_TIMEOUT_MS,
} from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { DiscoveryError } from '../errors.ts';
import type { PacketStore, WriteReport } from '../relays/packet-store.ts';
import { readPacketOf } from '../relays/read-packet.ts';
import { signPacket } from '../signed-packet/sign-packet.ts';
import { checkLength, compareSignedPackets, type SignedPacket } from '../signed-packet/signed-packet.ts';
import { KeyLocks } from './key-locks.ts';
import { applyChange, type PacketChange, sameRecords } from './packet-change.ts';

const MICROSECONDS_PER_MS = 1_000n;
/** Values of one random byte. */
const BYTE_VALUES = 256;

/** How a packet is updated. */
export interface UpdateOptions {
  readonly signal?: CancelSignal | undefined;
  readonly clock?: Clock;
  /** Spreads retries. */
  readonly random?: RandomSource;
  /** For all of it, the signer included; 2 minutes by default. */
  readonly timeoutMs?: number;
  /**
   * Whether an identity without a packet gets one. Otherwise that is an error: a packet that names no homeserver makes
   * its owner's data unfindable. Two programs that both create have nothing to compare with, and the later one wins;
   * one of them has to be the one that announces the homeserver.
   */
  readonly allowCreate?: boolean;
  /**
   * Told once what was stored is confirmed: those who have not stored it may still give what was there before, such as a key
   * that is revoked now. The same update again reaches them when they are back, and names them again until then. Not told if
   * nothing had to be stored.
   */
  readonly onStored?: ((report: WriteReport) => void) | undefined;
}

/** One update at a time for each key of this process; others are kept apart by the relays. */
const LOCKS = new KeyLocks();

/**
 * Changes records in the packet of an identity and leaves all others as they are: reads the newest packet, signs a changed
 * one, publishes it in the place of the one it was made of, and reads it back. If somebody else published meanwhile it
 * starts again, three times at most. Nothing is published after a read that failed. A packet that says the same already
 * and is less than an hour old stays as it is.
 *
 * @param signer Asked once for each try.
 * @returns The packet that relays have now.
 * @throws DISCOVERY_NO_PACKET, DISCOVERY_ABSENCE_UNCERTAIN, DISCOVERY_PACKET_TOO_LARGE, DISCOVERY_RECORDS_LOST,
 * DISCOVERY_TIMESTAMP_SPENT, DISCOVERY_BAD_ANSWER for the packet of another key, DISCOVERY_NOT_CONFIRMED, DISCOVERY_CONFLICT after the last try, DISCOVERY_TIMED_OUT,
 * DISCOVERY_CANCELLED, and what `signPacket` and the store throw.
 * @throws TypeError if the change does not replace its own records.
 * @see official-noise §4.5
 *
 * @example
 * ```ts
 * import { ownName, type PacketStore, updatePacket } from '@pubky-paykit/pkarr-discovery';
 * import { encodeUtf8, type IdentitySigner } from '@pubky-paykit/primitives';
 * declare const store: PacketStore;
 * declare const signer: IdentitySigner;
 * const name = ownName(signer.publicKey, 'greeting');
 * const data = { type: 'TXT', strings: [encodeUtf8('hello')] } as const;
 * await updatePacket(store, signer, {
 *   replaces: (record) => record.name === name,
 *   records: [{ name, ttl: 3_600, data }],
 * });
 * ```
 */
export function updatePacket(
  store: PacketStore,
  signer: IdentitySigner,
  change: PacketChange,
  options: UpdateOptions = {},
): Promise<SignedPacket> {
  return updateWithin(LOCKS, store, signer, change, options);
}

/** {@link updatePacket} with locks of its own: another process, as far as others can see. */
export async function updateWithin(
  locks: KeyLocks,
  store: PacketStore,
  signer: IdentitySigner,
  change: PacketChange,
  options: UpdateOptions,
): Promise<SignedPacket> {
  const { clock = systemClock, random = systemRandom, timeoutMs = UPDATE_TIMEOUT_MS } = options;
  const { signal, allowCreate = false, onStored = () => {} } = options;
  const publicKey = Uint8Array.from(signer.publicKey);
  checkLength('the key of the signer', publicKey, KEY_BYTES, KEY_BYTES);
  // A signer cannot become another one on the way.
  const steady: IdentitySigner = { publicKey, sign: (message) => signer.sign(message) };
  return withDeadline({ what: 'publishing', clock, timeoutMs, signal }, (deadline) => {
    const update: Update = { store, signer: steady, change, allowCreate, onStored, clock, random, deadline };
    return locks.with(
      publicKey,
      (turn) => deadline.race(() => turn),
      () => untilConfirmed(update),
    );
  });
}

/** What all steps of one update need. */
interface Update {
  readonly store: PacketStore;
  readonly signer: IdentitySigner;
  readonly change: PacketChange;
  readonly allowCreate: boolean;
  readonly onStored: (report: WriteReport) => void;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly deadline: Deadline;
}

async function untilConfirmed(update: Update): Promise<SignedPacket> {
  for (let tries = 1; ; tries++) {
    const outcome = await tryOnce(update, tries);
    if ('packet' in outcome) return outcome.packet;
    if (tries > UPDATE_RETRIES) throw outcome.error;
    await pause(update, tries);
  }
}

/** A packet that is published, or an error that another try may overcome; every other error is thrown. */
type Outcome = { readonly packet: SignedPacket } | { readonly error: Error };

async function tryOnce(update: Update, tries: number): Promise<Outcome> {
  const { store, signer, change, deadline } = update;
  let isBehind = false;
  const onBehind = (): void => {
    isBehind = true;
  };
  const seen = await deadline.race((signal) =>
    readPacketOf(store, signer.publicKey, { signal, forUpdate: true, onBehind }),
  );
  if (seen === undefined && !update.allowCreate) throw new DiscoveryError('DISCOVERY_NO_PACKET');
  const records = applyChange(seen?.records ?? [], change);
  if (seen !== undefined && isFresh(seen, update.clock) && sameRecords(seen.records, records)) {
    // Some may have lost it, taken it back, or never got it, and a store may remember what nobody has.
    if (!isBehind && (await isGiven(update, seen))) return { packet: seen };
    return publish(update, seen, seen, tries);
  }
  const timestamp = nextTimestamp(seen, update.clock);
  const packet = await deadline.race(() => signPacket(signer, records, timestamp));
  // Whoever owns a record may have written into it while the signer took its time.
  if (!sameRecords(packet.records, records)) throw new DiscoveryError('DISCOVERY_RECORDS_LOST');
  return publish(update, packet, seen, tries);
}

async function isGiven({ store, signer, deadline }: Update, packet: SignedPacket): Promise<boolean> {
  const given = await deadline.race((signal) =>
    readPacketOf(store, signer.publicKey, { signal, remembered: false }),
  );
  return given !== undefined && compareSignedPackets(given, packet) === 0;
}

async function publish(
  update: Update,
  packet: SignedPacket,
  seen: SignedPacket | undefined,
  tries: number,
): Promise<Outcome> {
  const { store, deadline, onStored } = update;
  let report: WriteReport;
  try {
    report = await deadline.race((signal) => store.put(packet, { signal, replacing: seen?.timestamp }));
  } catch (error) {
    if (error instanceof DiscoveryError && error.code === 'DISCOVERY_CONFLICT') return { error };
    throw error;
  }
  const outcome = await readBack(update, packet, tries);
  if ('packet' in outcome) onStored(report);
  return outcome;
}

/**
 * Whether relays give what was published, or something newer with the same in it. What a store remembers proves nothing: it
 * has just been told.
 */
async function readBack(update: Update, packet: SignedPacket, tries: number): Promise<Outcome> {
  const { store, signer, change, deadline } = update;
  let given: SignedPacket | undefined;
  try {
    given = await deadline.race((signal) =>
      readPacketOf(store, signer.publicKey, { signal, remembered: false }),
    );
  } catch (cause) {
    if (deadline.signal.aborted) throw cause;
    // The packet is out; what is missing is the proof.
    const error = new DiscoveryError('DISCOVERY_NOT_CONFIRMED', { tries }, { cause });
    // Of those who answered nobody has it: the same as if the others had said so.
    if (cause instanceof DiscoveryError && cause.code === 'DISCOVERY_ABSENCE_UNCERTAIN') return { error };
    throw error;
  }
  const newer = given === undefined ? -1 : compareSignedPackets(given, packet);
  if (given !== undefined && newer === 0) return { packet: given };
  if (given !== undefined && newer > 0 && sameRecords(given.records, applyChange(given.records, change))) {
    return { packet: given };
  }
  return { error: new DiscoveryError('DISCOVERY_NOT_CONFIRMED', { tries }) };
}

function isFresh({ timestamp }: SignedPacket, clock: Clock): boolean {
  return microseconds(clock.now()) - timestamp < microseconds(STALE_AFTER_MS);
}

/** Now, or just after the packet that is replaced, should that be from the future. @throws DISCOVERY_TIMESTAMP_SPENT */
export function nextTimestamp(seen: SignedPacket | undefined, clock: Clock): bigint {
  const now = microseconds(clock.now());
  if (seen === undefined || seen.timestamp < now) return now;
  if (seen.timestamp >= MAX_TIMESTAMP) throw new DiscoveryError('DISCOVERY_TIMESTAMP_SPENT');
  return seen.timestamp + 1n;
}

function microseconds(ms: number): bigint {
  return BigInt(Math.floor(ms)) * MICROSECONDS_PER_MS;
}

/** Waits longer each time, and by chance not as long as whoever else is trying. */
async function pause({ clock, random, deadline }: Update, tries: number): Promise<void> {
  const chance = (random.bytes(1)[0] ?? 0) / BYTE_VALUES;
  const delayMs = UPDATE_RETRY_DELAY_MS * 2 ** (tries - 1) * (1 + chance);
  let cancel = (): void => {};
  try {
    await deadline.race(
      () =>
        new Promise<void>((resolve) => {
          cancel = clock.schedule(delayMs, resolve);
        }),
    );
  } finally {
    cancel();
  }
}
