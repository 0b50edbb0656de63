/// <reference lib="esnext.disposable" preserve="true" />
import { type Clock, hex, type RandomSource, systemClock, systemRandom } from '@pubky-paykit/primitives';
import { HANDSHAKE_HANDLE_BYTES, PENDING_HANDSHAKE_MS, PENDING_HANDSHAKES_MAXIMUM } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { INSPECT } from '../redaction.ts';
import { ExpiringMap } from '../sessions/expiring-map.ts';
import type { AnySession } from '../sessions/session.ts';
import { advanceHandshake, checkExchangeCall, type ExchangeStep } from './exchange.ts';
import type { ProfileHandshake } from './handshake.ts';

/**
 * The name of a handshake that waits: temporary, random, and of a form no session id has, so that neither compiler nor
 * table takes one for the other (W-40).
 */
export type HandshakeHandle = `handshake_${string}`;

const HANDLE_FORM = new RegExp(`^handshake_[0-9a-f]{${2 * HANDSHAKE_HANDLE_BYTES}}$`);

/** Whether a text from outside, such as a cookie, has the form of a handle. Whether it is one, only the table knows. */
export function isHandshakeHandle(text: string): text is HandshakeHandle {
  return HANDLE_FORM.test(text);
}

/** The bounds of a table of waiting handshakes. */
export interface PendingHandshakesOptions {
  /** How many may wait at once, 1 to 1 000 000; 1 000 if not given. */
  readonly maximum?: number;
  /** How long a handshake may take from `add` to its session, in milliseconds; 30 000 if not given. */
  readonly timeToLiveMs?: number;
  readonly clock?: Clock;
  readonly random?: RandomSource;
}

/**
 * Handshakes that wait for a message of their peer. Of any role and profile; bounded, expiring and cancellable (W-28,
 * W-30). While any wait, a timer is pending: call `destroy` when done.
 */
export interface PendingHandshakes<Yields extends AnySession = AnySession> {
  /** How many wait. */
  readonly size: number;
  /**
   * Takes a handshake in and says under which handle. If it throws, the handshake is still the caller's.
   *
   * @throws PATTERNS_PENDING_FULL, PATTERNS_TABLE_DESTROYED
   * @throws TypeError for a random source that gives a handle again under which a handshake waits.
   */
  add(handshake: ProfileHandshake<Yields>): HandshakeHandle;
  /**
   * Takes the handshake as far as it gets, as {@link advanceHandshake} does. It leaves the table with its session, which
   * is the caller's then, or with the first message that does not verify.
   *
   * @param incoming The peer's next message, at most 65 535 bytes; borrowed until the promise is returned.
   * @throws PATTERNS_HANDLE_UNKNOWN, PATTERNS_HANDLE_BUSY, PATTERNS_EXCHANGE_CALL, TypeError: nothing has happened.
   * @throws What the handshake throws, PATTERNS_HANDSHAKE_ENDED among it if the call was cancelled or the time was over:
   *   this handshake has ended, and no other.
   */
  advance(handle: HandshakeHandle, incoming?: Uint8Array): Promise<ExchangeStep<Yields>>;
  /** Ends and forgets a handshake; a running `advance` rejects. False if none waits under the handle. */
  cancel(handle: HandshakeHandle): boolean;
  /** Ends and forgets all; `add` throws then. Calling it again does nothing. */
  destroy(): void;
  [Symbol.dispose](): void;
}

interface Waiting<Yields extends AnySession> {
  readonly handshake: ProfileHandshake<Yields>;
  busy: boolean;
}

class PendingTable<Yields extends AnySession> implements PendingHandshakes<Yields> {
  readonly #maximum: number;
  readonly #random: RandomSource;
  readonly #waiting: ExpiringMap<Waiting<Yields>>;
  #destroyed = false;

  constructor(options: PendingHandshakesOptions) {
    const { maximum = PENDING_HANDSHAKES_MAXIMUM, timeToLiveMs = PENDING_HANDSHAKE_MS } = options;
    this.#maximum = maximum;
    this.#random = options.random ?? systemRandom;
    this.#waiting = new ExpiringMap({
      clock: options.clock ?? systemClock,
      maximum,
      lifetimeMs: timeToLiveMs,
      onExpired: ({ handshake }) => handshake.destroy(),
    });
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(handshake: ProfileHandshake<Yields>): HandshakeHandle {
    if (this.#destroyed) {
      throw new PatternsError('PATTERNS_TABLE_DESTROYED', { what: 'pending handshakes' });
    }
    if (this.#waiting.isFull) {
      throw new PatternsError('PATTERNS_PENDING_FULL', { maximum: this.#maximum });
    }
    const handle: HandshakeHandle = `handshake_${hex.encode(this.#random.bytes(HANDSHAKE_HANDLE_BYTES))}`;
    // Random bytes never meet; those of a broken source do, and the handshake that waits must not be lost to it.
    if (this.#waiting.get(handle) !== undefined) throw new TypeError('the random source repeats itself');
    this.#waiting.touch(handle, { handshake, busy: false });
    return handle;
  }

  async advance(handle: HandshakeHandle, incoming?: Uint8Array): Promise<ExchangeStep<Yields>> {
    const waiting = this.#waiting.get(handle);
    if (waiting === undefined) throw new PatternsError('PATTERNS_HANDLE_UNKNOWN');
    if (waiting.busy) throw new PatternsError('PATTERNS_HANDLE_BUSY');
    const { handshake } = waiting;
    checkExchangeCall(handshake, incoming);
    waiting.busy = true;
    let step: ExchangeStep<Yields>;
    try {
      step = await advanceHandshake(handshake, incoming);
    } catch (error) {
      this.cancel(handle);
      throw error;
    }
    waiting.busy = false;
    // Cancelled in the moment between the last step and this line: a session nobody expects must not live on.
    if (this.#waiting.get(handle) !== waiting) {
      step.session?.destroy();
      throw new PatternsError('PATTERNS_HANDSHAKE_ENDED', { by: 'destroy' });
    }
    if (step.session !== undefined) this.#waiting.delete(handle);
    return step;
  }

  cancel(handle: HandshakeHandle): boolean {
    this.#waiting.get(handle)?.handshake.destroy();
    return this.#waiting.delete(handle);
  }

  destroy(): void {
    this.#destroyed = true;
    for (const [handle] of this.#waiting.entries()) this.cancel(handle as HandshakeHandle);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Safe to log: no handles, which are tickets, and no handshakes. */
  toJSON(): Record<string, unknown> {
    return { type: 'PendingHandshakes', size: this.size };
  }

  [INSPECT](): string {
    return `PendingHandshakes(${this.size})`;
  }
}

/**
 * A table of handshakes that wait for a message, for servers that answer one request at a time.
 *
 * A message that does not verify ends its handshake, and a fresh one is the recovery. W-29 would rather keep it until
 * the right message comes; here failure is final, so that no half-read message is ever rolled back. Whoever can inject
 * messages can thus abort a connection, as in 0.8, but no other one. What 0.8 also destroys by a wrong *call* goes on
 * here: a missing message, one out of place, a second call at the same time, a wrong handle.
 *
 * @throws RangeError for bounds that are none.
 * @see N8 §8.3, §8.4, W-28, W-29, W-30, W-40
 * @example
 * ```ts
 * import { createPendingHandshakes, type ProfileHandshake } from '@pubky-paykit/patterns';
 * const pending = createPendingHandshakes({ maximum: 100 });
 * async function begin(handshake: ProfileHandshake, firstMessage?: Uint8Array) {
 *   const handle = pending.add(handshake);
 *   return { handle, ...(await pending.advance(handle, firstMessage)) };
 * }
 * ```
 */
export function createPendingHandshakes<Yields extends AnySession = AnySession>(
  options: PendingHandshakesOptions = {},
): PendingHandshakes<Yields> {
  return new PendingTable<Yields>(options);
}
