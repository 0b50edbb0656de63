/// <reference lib="esnext.disposable" preserve="true" />
import { type Clock, hex, systemClock } from '@pubky-paykit/primitives';
import { ENDED_SESSIONS_LOOKED_AT, KEY_BYTES, SESSION_REGISTRY_MAXIMUM } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import { INSPECT, keyPrefix } from '../redaction.ts';
import { ExpiringMap } from './expiring-map.ts';
import { type HeldSession, HeldSessions, heldSession, isBusy } from './held-sessions.ts';
import type { AnySession } from './session.ts';
import { type SessionId, sessionKey } from './session-id.ts';

/** The bounds of a registry. */
export interface SessionRegistryOptions {
  /**
   * How many live sessions it holds, 1 to 1 000 000; 1 000 if not given. Sessions that ended by themselves make room: when
   * it is full, each `add` looks for them among the next 1 000, so that in a larger registry one may be refused too early.
   */
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

class MemorySessionRegistry<Held extends AnySession> implements SessionRegistry<Held> {
  readonly #maximum: number;
  readonly #maximumPerIdentity: number | undefined;
  readonly #entries: ExpiringMap<HeldSession<Held>>;
  /** The same sessions. */
  readonly #held = new HeldSessions<Held>();
  #destroyed = false;

  constructor(options: SessionRegistryOptions) {
    const { maximum = SESSION_REGISTRY_MAXIMUM, maximumPerIdentity, idleMs } = options;
    if (maximumPerIdentity !== undefined && !(maximumPerIdentity >= 1)) {
      throw new RangeError('maximumPerIdentity must be at least 1');
    }
    this.#maximum = maximum;
    this.#maximumPerIdentity = maximumPerIdentity;
    this.#entries = new ExpiringMap<HeldSession<Held>>({
      clock: options.clock ?? systemClock,
      maximum,
      lifetimeMs: idleMs,
      isBusy,
      onExpired: (entry) => {
        this.#forget(entry);
        entry.session.destroy();
      },
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
    const entry = heldSession(id, session);
    this.#requireRoom(entry);
    this.#entries.touch(id, entry);
    this.#held.add(entry);
    return id;
  }

  has(id: SessionId): boolean {
    return this.#live(sessionKey(id)) !== undefined;
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
    const entry = this.#live(sessionKey(id));
    if (entry === undefined) return false;
    this.#forget(entry);
    entry.session.destroy();
    return true;
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
  #live(id: string | undefined): HeldSession<Held> | undefined {
    if (id === undefined) return undefined;
    const entry = this.#entries.get(id);
    if (entry?.session.destroyed !== true) return entry;
    this.#forget(entry);
    return undefined;
  }

  #find(id: SessionId): HeldSession<Held> {
    const entry = this.#live(sessionKey(id));
    // What has no form of an id may be anything: it is not repeated.
    if (entry === undefined)
      throw new PatternsError('PATTERNS_SESSION_UNKNOWN', { id: sessionKey(id) ?? '(malformed)' });
    this.#entries.touch(entry.id, entry);
    return entry;
  }

  /** Everything that leaves goes this way. */
  #forget(entry: HeldSession<Held>): void {
    this.#entries.delete(entry.id);
    this.#held.delete(entry);
  }

  #forgetEnded(atMost: number = this.#entries.size, peer?: string): void {
    for (const entry of this.#held.ended(atMost, peer)) this.#forget(entry);
  }

  /** Ended sessions take no room, but have to be looked for: a part at a time, or every refusal would cost a pass. */
  #requireRoom({ session: { remoteIdentity, remoteStatic }, peer }: HeldSession<Held>): void {
    if (this.#entries.isFull) this.#forgetEnded(ENDED_SESSIONS_LOOKED_AT);
    if (this.#entries.isFull) throw new PatternsError('PATTERNS_SESSIONS_FULL', { maximum: this.#maximum });
    const maximum = this.#maximumPerIdentity;
    if (peer === undefined || maximum === undefined || this.#held.countOf(peer) < maximum) return;
    this.#forgetEnded(ENDED_SESSIONS_LOOKED_AT, peer);
    if (this.#held.countOf(peer) < maximum) return;
    const shown = keyPrefix((remoteIdentity ?? remoteStatic) as Uint8Array);
    throw new PatternsError('PATTERNS_SESSIONS_FULL_FOR_PEER', { peer: shown, maximum });
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
