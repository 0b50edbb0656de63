import { describe, expect, it } from 'vitest';
import { judge, readingLines, tableLines } from '../report.mjs';

const TIMES = { name: 'reads', ratio: 'time', baseline: 'peer' } as const;
const PEER = { name: 'peer', micros: [100, 200, 300] };
const OURS = { name: 'ours', micros: [50, 160, 330] };
const READING = {
  name: 'heap',
  headings: ['session', 'bytes', 'spread'],
  findings: [{ subject: 'ours', value: 0.7, cells: [706, '12 %'] }],
};

describe('tableLines', () => {
  it('shows medians, ratios of the same round, and spreads', () => {
    expect(tableLines({ ...TIMES, series: [PEER, OURS] })).toEqual([
      '',
      'reads   µs  time / peer  spread',
      'peer   200         1.00   100 %',
      'ours   160         0.80   175 %',
    ]);
  });

  it('shows processor time beside the wall', () => {
    const series = [
      { ...PEER, besideMicros: [10, 20, 30] },
      { ...OURS, besideMicros: [10, 20, 60] },
    ];
    expect(tableLines({ ...TIMES, clock: 'wall', series })).toEqual([
      '',
      'reads  wall µs  time / peer  spread  cpu µs  cpu / peer',
      'peer       200         1.00   100 %      20        1.00',
      'ours       160         0.80   175 %      20        1.00',
    ]);
  });
});

describe('readingLines', () => {
  it('shows what was found under its headings', () => {
    expect(readingLines(READING)).toEqual(['', 'session  bytes  spread', 'ours       706    12 %']);
  });
});

describe('judge', () => {
  const target = { text: 'a target', case: 'reads', subject: 'ours', peer: 'peer' };

  it('compares candidates by their ratio', () => {
    const judged = (atMost: number) =>
      judge([{ ...target, atMost }], [{ ...TIMES, series: [PEER, OURS] }], []).map(({ met }) => met);
    expect([judged(0.8), judged(0.79)]).toEqual([[true], [false]]);
  });

  it('takes what has no peer from the findings of its case', () => {
    const heap = { text: 'heap', case: 'heap', subject: 'ours', atMost: 0.6 };
    expect(judge([heap], [], [READING])).toEqual([{ text: 'heap', value: 0.7, bound: '≤ 0.6', met: false }]);
  });

  it('says nothing about what was not measured', () => {
    expect(judge([target, { ...target, case: 'heap', subject: 'peer' }], [], [READING])).toEqual([]);
  });
});
