import { describe, expect, it } from 'vitest';
import { type KeptKey, NOTHING_KEPT } from '../../src/cache/kept-key.ts';
import { KeyView } from '../../src/cache/key-view.ts';

const kept = (lastUsedMs: number): KeptKey => ({ ...NOTHING_KEPT, lastUsedMs });

describe('KeyView', () => {
  it('shows what was read for as long as it is valid, and not after the clock was set back', () => {
    const view = new KeyView(2, 1_000);
    view.see('a', kept(1), 5_000);
    expect(view.fresh('a', 5_000)).toEqual(kept(1));
    expect(view.fresh('a', 5_999)).toEqual(kept(1));
    expect([view.fresh('a', 6_000), view.fresh('a', 4_999), view.fresh('a', Number.NaN)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(view.last('a')).toEqual(kept(1));
    view.forget('a');
    expect([view.last('a'), view.size]).toEqual([undefined, 0]);
  });

  it('never holds more than it may, and keeps what is used before what is not', () => {
    const view = new KeyView(3, 1_000);
    for (const name of ['a', 'b', 'c']) view.see(name, kept(1), 0);
    view.fresh('a', 0);
    view.see('d', kept(1), 0);
    expect(['a', 'b', 'c', 'd'].map((name) => view.last(name) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    for (const name of ['a', 'c', 'd']) view.fresh(name, 0);
    // All of them were used: then the one that has been there longest goes.
    view.see('e', kept(1), 0);
    expect(view.size).toBe(3);
    expect(view.last('e')).toBeDefined();
    view.see('e', kept(2), 0);
    expect([view.size, view.last('e')]).toEqual([3, kept(2)]);
  });

  it('never uses anything twice if it may not', () => {
    const view = new KeyView(1, 0);
    view.see('a', kept(1), 0);
    expect(view.fresh('a', 0)).toBeUndefined();
  });

  it('refuses to hold nothing, or for less than no time', () => {
    expect(() => new KeyView(0, 1)).toThrow(RangeError);
    expect(() => new KeyView(1.5, 1)).toThrow(RangeError);
    expect(() => new KeyView(1, -1)).toThrow(RangeError);
    expect(() => new KeyView(1, Number.NaN)).toThrow(RangeError);
  });
});
