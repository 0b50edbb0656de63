import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { assignArm, type Experiment } from '../../src/selection/experiment.ts';
import { outcomeOf } from '../situations.ts';

function experimentOf(name: string, ...weights: readonly number[]): Experiment {
  return {
    name,
    arms: weights.map((weight, index) => ({ name: `${index}`, weight, prefer: 'IK' as const })),
  };
}

const weightLists = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 16 });

/** How many of `peers` peers with names that start with `prefix` fall to each arm. */
function counted(experiment: Experiment, prefix: string, peers: number): readonly number[] {
  const counts = experiment.arms.map(() => 0);
  for (let peer = 0; peer < peers; peer++) {
    const index = Number(assignArm(experiment, `${prefix}${peer}`).name);
    counts[index] = (counts[index] as number) + 1;
  }
  return counts;
}

describe('assignArm', () => {
  it('assigns these peers so for ever, on every machine [O6]', () => {
    const assigned = ['alice', 'bob', 'carol', 'dave', '', '\ud800', '\ud801'].map(
      (peer) => assignArm(experimentOf('pinned', 1, 1, 1, 1), peer).name,
    );
    expect(assigned).toEqual(['2', '2', '0', '0', '2', '3', '3']);
  });

  it('answers the same at every call [O6]', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 64 }),
        weightLists,
        fc.string(),
        (name, weights, peer) => {
          const experiment = experimentOf('x', ...weights);
          const first = assignArm({ ...experiment, name: 'x' }, peer);
          expect(assignArm(structuredClone(experiment), peer)).toEqual(first);
          expect(outcomeOf(() => assignArm({ ...experiment, name }, peer))).toBeTypeOf(
            /[\ud800-\udfff]/u.test(name) ? 'string' : 'object',
          );
        },
      ),
      { numRuns: effort(400) },
    );
  });

  it('shares the peers out by weight [O6]', () => {
    const peers = 2_000;
    for (const weights of [
      [1, 1],
      [9, 1],
      [1, 2, 3, 4],
      [0.001, 0.003],
    ]) {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const counts = counted(experimentOf('shares', ...weights), 'peer-', peers);
      weights.forEach((weight, index) => {
        const share = weight / total;
        // Four standard deviations; the sample is always the same, so this holds for ever or never.
        const margin = 4 * Math.sqrt(peers * share * (1 - share));
        expect(Math.abs((counts[index] as number) - peers * share)).toBeLessThan(margin);
      });
    }
  });

  it('moves no peer when all weights grow alike', () => {
    fc.assert(
      fc.property(weightLists, fc.string(), (weights, peer) => {
        const doubled = weights.map((weight) => weight * 2);
        expect(assignArm(experimentOf('x', ...doubled), peer).name).toBe(
          assignArm(experimentOf('x', ...weights), peer).name,
        );
      }),
      { numRuns: effort(200) },
    );
  });

  it('deals anew for an experiment of another name, whatever was dealt before', () => {
    const together = Array.from({ length: 1_000 }, (_, peer) => [
      assignArm(experimentOf('one', 1, 1), `${peer}`).name,
      assignArm(experimentOf('two', 1, 1), `${peer}`).name,
    ]);
    const same = together.filter(([one, two]) => one === two).length;
    expect(Math.abs(same - 500)).toBeLessThan(64);
  });

  it('gives every peer the only arm there is, and an arm of the least weight to somebody', () => {
    expect(assignArm(experimentOf('x', Number.MIN_VALUE), 'peer').name).toBe('0');
    expect(assignArm(experimentOf('x', Number.MAX_VALUE, 1), 'peer').name).toBe('0');
  });

  it('refuses experiments without arms or with weights that are none, and peers that are no text', () => {
    expect(outcomeOf(() => assignArm(experimentOf('x'), 'peer'))).toBe('PATTERNS_POLICY_INVALID');
    expect(outcomeOf(() => assignArm(experimentOf('x', -1), 'peer'))).toBe('PATTERNS_POLICY_INVALID');
    expect(() => assignArm(experimentOf('x', 1), 7 as unknown as string)).toThrow(TypeError);
  });
});
