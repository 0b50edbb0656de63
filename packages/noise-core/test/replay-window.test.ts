import { describe, expect, it } from 'vitest';
import { ReplayWindow } from '../src/index.ts';

describe('ReplayWindow', () => {
  it('knows no greatest nonce before the first', () => {
    const window = new ReplayWindow();
    expect(window.greatest).toBeUndefined();
    expect(window.isFresh(0n)).toBe(true);
    window.accept(0n);
    expect(window.greatest).toBe(0n);
    expect(window.isFresh(0n)).toBe(false);
  });

  it.each([0n, 1n, 31n, 32n, 1023n, 5000n, 2n ** 64n - 2n - 1024n])(
    'is 1 024 wide: 1 023 behind is fresh and 1 024 behind is not (from %s)',
    (oldest) => {
      const window = new ReplayWindow();
      window.accept(oldest + 1024n);
      expect(window.isFresh(oldest + 1n)).toBe(true);
      expect(window.isFresh(oldest)).toBe(false);
    },
  );

  it('accepts each of 1 024 nonces once, in descending order', () => {
    const window = new ReplayWindow();
    for (let nonce = 3000n; nonce > 3000n - 1024n; nonce--) {
      expect(window.isFresh(nonce)).toBe(true);
      window.accept(nonce);
    }
    for (let nonce = 0n; nonce <= 3000n; nonce++) expect(window.isFresh(nonce)).toBe(false);
  });

  it('forgets nothing when it jumps further than its width', () => {
    const window = new ReplayWindow();
    for (let nonce = 0n; nonce < 100n; nonce++) window.accept(nonce);
    window.accept(10_000n);
    expect(window.isFresh(9_000n)).toBe(true);
    expect(window.isFresh(99n)).toBe(false);
    expect(window.isFresh(10_000n)).toBe(false);
  });
});
