import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplayWindow } from '../src/index.ts';

const WINDOW = 1024n;
const MAXIMUM = 2n ** 64n - 2n;

/** The same promise, kept with a set that forgets nothing. */
class Model {
  readonly #accepted = new Set<bigint>();
  greatest: bigint | undefined;

  isFresh(nonce: bigint): boolean {
    if (this.#accepted.has(nonce)) return false;
    return this.greatest === undefined || nonce + WINDOW > this.greatest;
  }

  accept(nonce: bigint): void {
    this.#accepted.add(nonce);
    if (this.greatest === undefined || nonce > this.greatest) this.greatest = nonce;
  }
}

/** Steps from the greatest nonce so far, most of them near the edges of words and of the window. */
const step = fc.oneof(
  fc.bigInt(-40n, 40n),
  fc.bigInt(-WINDOW - 40n, -WINDOW + 40n),
  fc.bigInt(WINDOW - 40n, WINDOW + 80n),
  fc.bigInt(-2n * WINDOW, 2n * WINDOW),
  fc.constantFrom(1n, 1n, 1n, 31n, 32n, 33n, -31n, -32n, -33n, 1055n, 1056n, 1057n, 10n ** 12n),
);

const start = fc.oneof(
  fc.bigInt(0n, 70n),
  fc.bigInt(WINDOW - 40n, WINDOW + 70n),
  fc.bigInt(2n ** 32n - 50n, 2n ** 32n + 50n),
  fc.bigInt(2n ** 53n - 50n, 2n ** 53n + 50n),
  fc.bigInt(MAXIMUM - 3n * WINDOW, MAXIMUM),
);

const clamp = (nonce: bigint) => (nonce < 0n ? 0n : nonce > MAXIMUM ? MAXIMUM : nonce);

describe('ReplayWindow', () => {
  it('answers as a set of all accepted nonces would', () => {
    fc.assert(
      fc.property(start, fc.array(step, { minLength: 1, maxLength: 120 }), (first, steps) => {
        const window = new ReplayWindow();
        const model = new Model();
        let nonce = first;
        for (const distance of [0n, ...steps]) {
          nonce = clamp((model.greatest ?? first) + distance);
          const fresh = model.isFresh(nonce);
          expect(window.isFresh(nonce)).toBe(fresh);
          if (!fresh) continue;
          model.accept(nonce);
          window.accept(nonce);
          expect(window.greatest).toBe(model.greatest);
          expect(window.isFresh(nonce)).toBe(false);
        }
      }),
      { numRuns: 800 },
    );
  });

  it('does not move because it was asked', () => {
    fc.assert(
      fc.property(start, fc.array(fc.bigInt(0n, MAXIMUM), { maxLength: 20 }), (first, asked) => {
        const window = new ReplayWindow();
        window.accept(first);
        for (const nonce of asked) window.isFresh(nonce);
        expect(window.greatest).toBe(first);
        expect(window.isFresh(first)).toBe(false);
      }),
    );
  });
});
