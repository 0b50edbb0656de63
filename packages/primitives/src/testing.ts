import { hex } from './codecs/hex.ts';
import type { CancelTimer, Clock } from './ports/clock.ts';
import type { RandomSource } from './ports/random-source.ts';

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that moves only when told to, and never back. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  /** @param startMs Unix time in milliseconds. */
  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Timers that have not run or been cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  schedule(delayMs: number, callback: () => void): CancelTimer {
    const timer: Timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /**
   * Moves on by `ms`, running what falls due in order of time, and of scheduling where times are equal.
   *
   * @throws RangeError if `ms` is negative or no number.
   */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`a clock cannot move on by ${ms} ms`);
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers]
        .filter((timer) => timer.dueMs <= untilMs)
        .sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.callback();
    }
    // A callback may have moved further on itself.
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }
}

/** Repeatable bytes from a 32-bit seed (an integer), for tests only: anyone can predict them. */
export function predictableRandomForTestingOnly(seed: number): RandomSource {
  let state = seed >>> 0;
  return {
    bytes(length) {
      return Uint8Array.from({ length }, () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state >>> 24;
      });
    },
  };
}

const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map((point) => hex.decode(point));

/** N8 §3.1: every encoding of an X25519 point of low order, 32 bytes each, without and with bit 255. */
export const LOW_ORDER_POINTS: readonly Uint8Array[] = [
  ...LOW_ORDER,
  ...LOW_ORDER.map((point) => Uint8Array.from(point, (byte, i) => (i === 31 ? byte | 0x80 : byte))),
];
