import { describe, expect, it } from 'vitest';
import { measureCase } from '../case.mjs';

const PLAN = { rounds: 3, sliceMs: 0, now: () => 0 };
const ENTRY = { name: 'sums', ratio: 'time', sliceMs: 60, baseline: 'one' } as const;

describe('measureCase', () => {
  it('measures the candidates, and ends what was started for them, last first', async () => {
    const events: string[] = [];
    const table = await measureCase(
      {
        ...ENTRY,
        prepare(after) {
          for (const what of ['server', 'client']) after(async () => void events.push(`${what} ended`));
          return [{ name: 'one', run: () => events.push('run') }];
        },
      },
      PLAN,
    );
    expect(events).toEqual(['run', 'run', 'run', 'run', 'client ended', 'server ended']);
    expect(table).toEqual({
      name: 'sums',
      ratio: 'time',
      baseline: 'one',
      series: [{ name: 'one', micros: [0, 0, 0] }],
    });
  });

  it('ends what was started before a candidate was found wrong', async () => {
    const events: string[] = [];
    const measured = measureCase(
      {
        ...ENTRY,
        prepare(after) {
          after(async () => void events.push('server ended'));
          throw new RangeError('wrong');
        },
      },
      PLAN,
    );
    await expect(measured).rejects.toThrow(RangeError);
    expect(events).toEqual(['server ended']);
  });

  it('measures a case of the wall by it and by processor time beside, whatever the clock of the run', async () => {
    const { clock, series } = await measureCase(
      { ...ENTRY, clock: 'wall', prepare: () => [{ name: 'one', run: () => {} }] },
      { ...PLAN, now: () => Number.NaN },
    );
    expect(clock).toBe('wall');
    const [{ micros, besideMicros } = { micros: [] }] = series;
    expect([...micros, ...(besideMicros ?? [])].filter((time) => time >= 0)).toHaveLength(6);
  });
});
