import { type Clock, type Logger, silentLogger, systemClock } from '@pubky-paykit/primitives';
import {
  KEY_BYTES,
  READ_PATIENCE_MS,
  RELAY_READ_TIMEOUT_MS,
  RELAY_WRITE_TIMEOUT_MS,
  REMEMBERED_PACKETS,
  SET_MARGIN_MS,
  WRITE_PATIENCE_MS,
} from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import {
  checkLength,
  compareSignedPackets,
  copyOfPacket,
  type SignedPacket,
} from '../signed-packet/signed-packet.ts';
import { gather, type Outcome } from './gathering.ts';
import { PacketMemory } from './packet-memory.ts';
import type { FailedRelay, PacketStore, ReadOptions, WriteOptions, WriteReport } from './packet-store.ts';
import { readPacketOf } from './read-packet.ts';

const READING = 'reading a packet';
const STORING = 'storing a packet';
/** What relays before 1.0 answer to what is older than what they have, and to what was made of something else. */
const OLDER_STATUS = 409;
const CHANGED_STATUS = 412;

/** Which relays, and how they are asked. */
export interface RelaySetOptions {
  /** One at least, each with a name of its own. */
  readonly relays: readonly PacketStore[];
  readonly clock?: Clock;
  /** Told of each relay that fails while others do not. */
  readonly logger?: Logger;
  /** How long the others are waited for once one has given a packet; 1 s by default. */
  readonly readPatienceMs?: number;
  /** How long the others are waited for once one has stored a packet; 5 s by default. */
  readonly writePatienceMs?: number;
  /** For all of a read, should relays not keep their own limits; 1 s more than the slowest may take by default. */
  readonly readTimeoutMs?: number;
  /** For all of a write; 16 s by default. */
  readonly writeTimeoutMs?: number;
  /** Keys whose newest packet is remembered; 1000 by default. */
  readonly remembered?: number;
}

/**
 * Several relays as one, of which one is enough. Reading asks all at once and gives the newest packet; what was seen once
 * is never replaced by something older, unless `remembered: false` asks for what relays give now. Writing tells each relay
 * which packet of its own is replaced, so that one that is behind catches up; relays that were silent at the last read are
 * read first, and nothing is stored with those that still are, unless the packet replaces nothing.
 *
 * `get` answers `undefined` only if all relays say that there is no packet; with `forUpdate` what is remembered counts even
 * then. It throws the error of the only relay, DISCOVERY_NO_RELAY if all of several failed, DISCOVERY_ABSENCE_UNCERTAIN or
 * DISCOVERY_CANCELLED. `put` throws those, but for the last but one, and DISCOVERY_CONFLICT if no relay has stored the
 * packet and one of them has another, or, before anything is stored, if a newer packet than the one that is replaced was seen
 * meanwhile; without `replacing`, any other one.
 *
 * @throws TypeError without relays, or with two of one name.
 *
 * @example
 * ```ts
 * import { createRelay, createRelaySet } from '@pubky-paykit/pkarr-discovery';
 * const urls = ['https://pkarr.pubky.app', 'https://pkarr.pubky.org'];
 * const store = createRelaySet({ relays: urls.map((url) => createRelay({ url })) });
 * ```
 */
export function createRelaySet(options: RelaySetOptions): PacketStore {
  const {
    relays,
    clock = systemClock,
    logger = silentLogger,
    readPatienceMs = READ_PATIENCE_MS,
    writePatienceMs = WRITE_PATIENCE_MS,
    readTimeoutMs = slowestOf(relays) + SET_MARGIN_MS,
    writeTimeoutMs = RELAY_WRITE_TIMEOUT_MS + SET_MARGIN_MS,
  } = options;
  const names = relays.map(({ name }) => name);
  if (names.length === 0 || new Set(names).size !== names.length) {
    throw new TypeError('a set of relays needs one at least, and no two of one name');
  }
  const memory = new PacketMemory(options.remembered ?? REMEMBERED_PACKETS);

  /** What came of asking, if somebody answered; reports the others. */
  function answered<Value>(what: string, answers: Answers<Value>): Answers<Value> {
    if (answers.given.length === 0) throw failureOf(what, answers.failed);
    for (const { relay, error } of answers.failed)
      logger.warn('a relay failed', { what, relay, code: error.code });
    return answers;
  }

  /** Reads from some relays, and notes what they have. */
  async function look(
    what: string,
    which: readonly PacketStore[],
    publicKey: Uint8Array,
    { signal, forUpdate = false, remembered = true }: ReadOptions,
  ): Promise<Answers<SignedPacket | undefined>> {
    // Who asks what is given now waits for everybody, unless one has what is known to be there.
    const wanted = remembered ? undefined : memory.of(publicKey).newest;
    const outcomes = await gather({
      what,
      asked: which,
      ask: (relay, ended) => readPacketOf(relay, publicKey, { signal: ended, forUpdate, remembered }),
      enough: (packet) => !forUpdate && packet !== undefined && !isNewer(wanted, packet),
      patienceMs: readPatienceMs,
      timeoutMs: readTimeoutMs,
      clock,
      signal,
    });
    const answers = split(outcomes);
    const { held } = memory.of(publicKey);
    for (const { relay } of answers.failed) held.delete(relay);
    for (const { relay, value } of answers.given) {
      held.set(relay, value?.timestamp);
      if (value !== undefined) memory.see(value);
    }
    return answers;
  }

  return {
    name: names.join(', '),
    readTimeoutMs,
    async get(publicKey: Uint8Array, options: ReadOptions = {}) {
      const { forUpdate = false, remembered = true } = options;
      checkLength('a public key', publicKey, KEY_BYTES, KEY_BYTES);
      const asked = Uint8Array.from(publicKey);
      const { given, failed } = answered(READING, await look(READING, relays, asked, options));
      let newest: SignedPacket | undefined;
      for (const { value } of given) newest = isNewer(value, newest) ? value : newest;
      if (remembered && (forUpdate || newest !== undefined)) {
        const known = memory.of(asked).newest;
        if (known !== undefined && isNewer(known, newest)) newest = copyOfPacket(known);
      }
      if (newest !== undefined) {
        const current = new Set(given.flatMap(({ relay, value }) => (isNewer(newest, value) ? [] : [relay])));
        const behind = names.filter((name) => !current.has(name));
        if (behind.length > 0) options.onBehind?.(behind);
        return newest;
      }
      if (failed.length > 0) {
        // Whoever can silence a relay could hide a packet. What is remembered is no answer either: it is not from now.
        const counts = { absent: given.length, failed: failed.length };
        const cause = new AggregateError(failed.map(({ error }) => error));
        throw new DiscoveryError('DISCOVERY_ABSENCE_UNCERTAIN', counts, { cause });
      }
      return undefined;
    },
    async put(packet: SignedPacket, { signal, replacing }: WriteOptions = {}): Promise<WriteReport> {
      const key = Uint8Array.from(packet.publicKey);
      // Who was silent before the update may have something newer, and compares with nothing that is right for it.
      const silent =
        replacing === undefined ? [] : relays.filter(({ name }) => !memory.of(key).held.has(name));
      const { failed: unread } = await look(STORING, silent, key, { signal, forUpdate: true });
      const known = memory.of(key);
      const status = conflictWith(known.newest, packet, replacing);
      if (status !== undefined) {
        throw new DiscoveryError('DISCOVERY_CONFLICT', { relay: names.join(', '), status });
      }
      // What a relay had when it last answered is what it has to compare with. Nobody had anything newer than what is
      // replaced, so it does not matter which look-up was told.
      const heldBy = ({ name }: PacketStore): bigint | undefined =>
        replacing === undefined ? undefined : known.held.get(name);
      const outcomes = await gather({
        what: STORING,
        asked: relays.filter(({ name }) => !unread.some(({ relay }) => relay === name)),
        ask: (relay, ended) => relay.put(packet, { signal: ended, replacing: heldBy(relay) }),
        enough: () => true,
        patienceMs: writePatienceMs,
        timeoutMs: writeTimeoutMs,
        clock,
        signal,
      });
      const { given, failed: refused } = split(outcomes);
      const { failed } = answered(STORING, { given, failed: [...unread, ...refused] });
      memory.see(packet);
      for (const { relay } of failed) known.held.delete(relay);
      for (const { relay } of given) known.held.set(relay, packet.timestamp);
      return { stored: given.map(({ relay }) => relay), failed };
    },
  };
}

/** How long the slowest relay may take to answer. */
function slowestOf(relays: readonly PacketStore[]): number {
  return Math.max(...relays.map((relay) => relay.readTimeoutMs ?? RELAY_READ_TIMEOUT_MS));
}

/** Whether there is the first, and it is newer than the second, or there is no second. */
function isNewer(packet: SignedPacket | undefined, other: SignedPacket | undefined): boolean {
  return packet !== undefined && (other === undefined || compareSignedPackets(packet, other) > 0);
}

/**
 * Why a packet must not be stored, knowing of another: that is newer, or has come after the one it was made of, be it seen by
 * a look-up that has nothing to do with the update. Relays from 1.0 on do not compare at all.
 */
function conflictWith(
  known: SignedPacket | undefined,
  packet: SignedPacket,
  replacing: bigint | undefined,
): number | undefined {
  if (known === undefined || compareSignedPackets(known, packet) === 0) return undefined;
  if (isNewer(known, packet)) return OLDER_STATUS;
  return replacing === undefined || known.timestamp > replacing ? CHANGED_STATUS : undefined;
}

interface Answers<Value> {
  readonly given: readonly { readonly relay: string; readonly value: Value }[];
  readonly failed: readonly FailedRelay[];
}

function split<Value>(outcomes: readonly Outcome<Value>[]): Answers<Value> {
  return {
    given: outcomes.flatMap((outcome) => (outcome.kind === 'answered' ? [outcome] : [])),
    failed: outcomes.flatMap((outcome) =>
      outcome.kind === 'failed' ? [{ relay: outcome.relay, error: outcome.error }] : [],
    ),
  };
}

/** What it means that all failed: that of the only one, a conflict if there is one, since reading again can solve it. */
function failureOf(what: string, failed: readonly FailedRelay[]): Error {
  const errors = failed.map(({ error }) => error);
  const telling = errors.find(({ code }) => code === 'DISCOVERY_CONFLICT');
  const [first] = errors;
  if (telling !== undefined || (errors.length === 1 && first !== undefined))
    return telling ?? (first as Error);
  const reasons = [...new Set(errors.map(({ code }) => code))].join(', ');
  const cause = new AggregateError(errors);
  return new DiscoveryError('DISCOVERY_NO_RELAY', { what, relays: errors.length, reasons }, { cause });
}
