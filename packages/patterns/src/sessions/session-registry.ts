/// <reference lib="esnext.disposable" preserve="true" />
import { type Clock, hex, systemClock } from '@pubky-paykit/primitives';
import { KEY_BYTES, SESSION_REGISTRY_MAXIMUM } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import { INSPECT, keyPrefix } from '../redaction.ts';
import { ExpiringMap } from './expiring-map.ts';
import type { AnySession } from './session.ts';

/** A session's id: its 32 bytes, or their 64 hex digits in either case. */
export type SessionId = Uint8Array | string;

/** The bounds of a registry. */
export interface SessionRegistryOptions {
  /** How many live sessions it holds, 1 to 1 000 000; 1 000 if not given. */
  readonly maximum?: number;
  /**
   * How many of them one peer may have, by its proven identity or else by its proven Noise key; no limit if not given.
   * Peers that prove neither, such as senders in N, are counted in `maximum` only.
   */
  readonly maximumPerIdentity?: number;
  /**
   * How long a session may be idle, in milliseconds; for ever if not given. Idle is a session through which no message
   * went and which nobody asked the registry for. It is wiped after one to two such times.
   */
  readonly idleMs?: number;
  readonly clock?: Clock;
}

/**
 * Live sessions by their id, of every profile and role. It owns them: what leaves it is wiped. Sessions that end by
 * themselves, because a message did not verify, leave it too.
 */
export interface SessionRegistry<Held extends AnySession = AnySession> {
  /** How many live sessions it holds. */
  readonly size: number;
  /**
   * Takes a session in and returns its id, 64 hex digits. If it throws, the session is still the caller's to destroy.
   *
   * A live id is never replaced: a recorded first message of N opens a session with the same id and keys, and would set
   * the receive counter back, so that all recorded messages decrypt again (W-47). An id that has ended is free again;
   * against recordings of ended sessions there is the replay cache.
   *
   * @throws PATTERNS_SESSION_EXISTS, PATTERNS_SESSION_ENDED, PATTERNS_SESSIONS_FULL, PATTERNS_SESSIONS_FULL_FOR_PEER,
   *   PATTERNS_TABLE_DESTROYED
   */
  add(session: Held): string;
  /** Whether a live session has this id. Any text may be asked about. */
  has(id: SessionId): boolean;
  /** The live session with this id, still owned by the registry. @throws PATTERNS_SESSION_UNKNOWN */
  get(id: SessionId): Held;
  /** The live sessions, still owned by the registry, the longest idle first. */
  list(): readonly Held[];
  /**
   * Lends a session to `work`, and does not take it for idle meanwhile. Returns what `work` returns; its errors pass
   * through.
   *
   * @throws PATTERNS_SESSION_UNKNOWN
   */
  use<Result>(id: SessionId, work: (session: Held) => Result | Promise<Result>): Promise<Result>;
  /** Wipes and forgets a session. False, and no harm, if there is none. */
  remove(id: SessionId): boolean;
  /** Wipes and forgets all; `add` throws then. Calling it again does nothing. */
  destroy(): void;
  [Symbol.dispose](): void;
}

interface Entry<Held> {
  readonly id: string;
  readonly session: Held;
  readonly peer: string | undefined;
  /** Calls of `use` that have not returned. */
  users: number;
  /** Messages both ways when the registry last looked. */
  traffic: bigint;
}

const ID_FORM = /^[0-9a-f]{64}$/i;

/** The key of the map, or `undefined` for what can be no id. */
function keyOf(id: SessionId): string | undefined {
  if (typeof id === 'string') return ID_FORM.test(id) ? id.toLowerCase() : undefined;
  return id.length === KEY_BYTES ? hex.encode(id) : undefined;
}

/** What sessions of one peer have in common; the prefix keeps identities and Noise keys apart. */
function peerOf({ remoteIdentity, remoteStatic }: AnySession): string | undefined {
  if (remoteIdentity !== undefined) return `identity ${hex.encode(remoteIdentity)}`;
  return remoteStatic && `Noise key ${hex.encode(remoteStatic)}`;
}

function trafficOf({ sent, received }: AnySession): bigint {
  return sent + received;
}

class MemorySessionRegistry<Held extends AnySession> implements SessionRegistry<Held> {
  readonly #maximum: number;
  readonly #maximumPerIdentity: number | undefined;
  readonly #entries: ExpiringMap<Entry<Held>>;
  #destroyed = false;

  constructor(options: SessionRegistryOptions) {
    const { maximum = SESSION_REGISTRY_MAXIMUM, maximumPerIdentity, idleMs } = options;
    if (maximumPerIdentity !== undefined && !(maximumPerIdentity >= 1)) {
      throw new RangeError('maximumPerIdentity must be at least 1');
    }
    this.#maximum = maximum;
    this.#maximumPerIdentity = maximumPerIdentity;
    this.#entries = new ExpiringMap({
      clock: options.clock ?? systemClock,
      maximum,
      lifetimeMs: idleMs,
      isBusy: (entry) => this.#isBusy(entry),
      onExpired: ({ session }) => session.destroy(),
    });
  }

  get size(): number {
    this.#forgetEnded();
    return this.#entries.size;
  }

  add(session: Held): string {
    if (this.#destroyed) throw new PatternsError('PATTERNS_TABLE_DESTROYED', { what: 'the sessions' });
    const { id: idBytes } = session;
    requireLength('session id', idBytes, KEY_BYTES);
    const id = hex.encode(idBytes);
    if (session.destroyed) throw new PatternsError('PATTERNS_SESSION_ENDED', { id });
    if (this.#live(id) !== undefined) throw new PatternsError('PATTERNS_SESSION_EXISTS', { id });
    const peer = peerOf(session);
    this.#requireRoom(session, peer);
    this.#entries.touch(id, { id, session, peer, users: 0, traffic: trafficOf(session) });
    return id;
  }

  has(id: SessionId): boolean {
    return this.#live(keyOf(id)) !== undefined;
  }

  get(id: SessionId): Held {
    return this.#find(id).session;
  }

  list(): readonly Held[] {
    this.#forgetEnded();
    return Array.from(this.#entries.entries(), ([, { session }]) => session);
  }

  async use<Result>(id: SessionId, work: (session: Held) => Result | Promise<Result>): Promise<Result> {
    const entry = this.#find(id);
    entry.users += 1;
    try {
      return await work(entry.session);
    } finally {
      entry.users -= 1;
      // Its idle time begins now, unless it has ended or was removed meanwhile.
      if (this.#live(entry.id) === entry) this.#entries.touch(entry.id, entry);
    }
  }

  remove(id: SessionId): boolean {
    const entry = this.#live(keyOf(id));
    entry?.session.destroy();
    return entry !== undefined && this.#entries.delete(entry.id);
  }

  destroy(): void {
    this.#destroyed = true;
    for (const [id] of this.#entries.entries()) this.remove(id);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Safe to log. */
  toJSON(): Record<string, unknown> {
    return { type: 'SessionRegistry', size: this.size, maximum: this.#maximum };
  }

  [INSPECT](): string {
    return `SessionRegistry(${this.size} of ${this.#maximum})`;
  }

  /** The entry of an id, if its session has not ended. */
  #live(id: string | undefined): Entry<Held> | undefined {
    if (id === undefined) return undefined;
    const entry = this.#entries.get(id);
    if (entry?.session.destroyed !== true) return entry;
    this.#entries.delete(id);
    return undefined;
  }

  #find(id: SessionId): Entry<Held> {
    const entry = this.#live(keyOf(id));
    // What has no form of an id may be anything: it is not repeated.
    if (entry === undefined)
      throw new PatternsError('PATTERNS_SESSION_UNKNOWN', { id: keyOf(id) ?? '(malformed)' });
    this.#entries.touch(entry.id, entry);
    return entry;
  }

  #forgetEnded(): void {
    for (const [id] of this.#entries.entries()) this.#live(id);
  }

  /** Ended sessions take no room, but looking for them costs a pass: only where one may matter. */
  #requireRoom({ remoteIdentity, remoteStatic }: Held, peer: string | undefined): void {
    if (this.#entries.isFull) this.#forgetEnded();
    if (this.#entries.isFull) throw new PatternsError('PATTERNS_SESSIONS_FULL', { maximum: this.#maximum });
    const maximum = this.#maximumPerIdentity;
    if (peer === undefined || maximum === undefined) return;
    let count = 0;
    for (const [, entry] of this.#entries.entries()) {
      if (entry.peer === peer && !entry.session.destroyed) count += 1;
    }
    if (count < maximum) return;
    const shown = keyPrefix((remoteIdentity ?? remoteStatic) as Uint8Array);
    throw new PatternsError('PATTERNS_SESSIONS_FULL_FOR_PEER', { peer: shown, maximum });
  }

  /** Whether a session whose time is over was used in it, past the registry. */
  #isBusy(entry: Entry<Held>): boolean {
    if (entry.session.destroyed) return false;
    const before = entry.traffic;
    entry.traffic = trafficOf(entry.session);
    return entry.users > 0 || entry.traffic !== before;
  }
}

/**
 * A registry of live sessions in memory, with the limits that 0.8 declares as a server's policy and never enforces
 * (W-28). Which connection an id belongs to, and how many a network address may open, is its owner's to know.
 *
 * With `idleMs`, a timer is pending while there are sessions: call `destroy` when done.
 *
 * @throws RangeError for bounds that are none.
 * @see N8 §6.5, §8.3
 * @example
 * ```ts
 * import { createSessionRegistry, type Session } from '@pubky-paykit/patterns';
 * const registry = createSessionRegistry<Session>({ maximum: 500, maximumPerIdentity: 4, idleMs: 600_000 });
 * function admit(session: Session): string | undefined {
 *   try {
 *     return registry.add(session);
 *   } catch {
 *     session.destroy();
 *     return undefined;
 *   }
 * }
 * ```
 */
export function createSessionRegistry<Held extends AnySession = AnySession>(
  options: SessionRegistryOptions = {},
): SessionRegistry<Held> {
  return new MemorySessionRegistry<Held>(options);
}
