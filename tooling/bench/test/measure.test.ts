import { describe, expect, it } from 'vitest';
import { compare, median, orderOf, ratios, spread } from '../measure.mjs';

describe('median', () => {
  it('is the middle of an odd number of values, and the mean of the middle two of an even number', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it('sorts by value and leaves its input alone', () => {
    const values = [100, 20, 3];
    expect(median(values)).toBe(20);
    expect(values).toEqual([100, 20, 3]);
  });
});

describe('spread', () => {
  it('is the range over the median', () => {
    expect(spread([8, 10, 12])).toBe(0.4);
    expect(spread([5, 5, 5])).toBe(0);
  });
});

describe('ratios', () => {
  it('divides round by round', () => {
    expect(ratios([2, 6, 10], [1, 2, 5])).toEqual([2, 3, 2]);
  });
});

describe('orderOf', () => {
  it('lets everyone run once a round', () => {
    for (let round = 0; round < 12; round++) expect(orderOf(round, 5).toSorted()).toEqual([0, 1, 2, 3, 4]);
  });

  it('gives nobody a fixed place or a fixed predecessor', () => {
    const rounds = Array.from({ length: 10 }, (_, round) => orderOf(round, 5));
    expect(new Set(rounds.map((order) => order[0])).size).toBe(5);
    const beforeTwo = rounds
      .map((order) => order[order.indexOf(2) - 1])
      .filter((index) => index !== undefined);
    expect(new Set(beforeTwo)).toEqual(new Set([1, 3]));
  });
});

describe('compare', () => {
  it('reports the time per call of each candidate, by the clock it is given', async () => {
    let time = 0;
    const costing = (name: string, ms: number) => ({ name, run: () => (time += ms) });
    const series = await compare([costing('slow', 4), costing('fast', 0.5)], {
      rounds: 7,
      sliceMs: 20,
      now: () => time,
    });
    expect(series.map(({ name }) => name)).toEqual(['slow', 'fast']);
    expect(series.map(({ micros }) => micros.length)).toEqual([7, 7]);
    expect(series.map(({ micros }) => median(micros))).toEqual([4000, 500]);
  });

  it('calls each candidate at least once a round even if one call takes longer than a slice', async () => {
    let time = 0;
    let calls = 0;
    const run = () => {
      time += 1000;
      calls += 1;
    };
    await compare([{ name: 'slow', run }], { rounds: 3, sliceMs: 0, now: () => time });
    expect(calls).toBe(4);
  });

  it('reads a second clock at the same moments', async () => {
    let time = 0;
    const candidates = [{ name: 'one', run: () => (time += 2) }];
    const now = () => time;
    const series = await compare(candidates, { rounds: 3, sliceMs: 20, now, beside: () => time / 4 });
    expect(series).toEqual([{ name: 'one', micros: [2000, 2000, 2000], besideMicros: [500, 500, 500] }]);
  });
});
