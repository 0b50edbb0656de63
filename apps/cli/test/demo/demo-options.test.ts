import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/command-errors.ts';
import { demoHelp, readDemoOptions } from '../../src/demo/demo-options.ts';
import { DEMO_PATTERN_NAMES, DEMO_PATTERNS } from '../../src/demo/patterns.ts';

const patterns = (text: string) => readDemoOptions(['--pattern', text])?.patterns;

describe('readDemoOptions', () => {
  it.each([[[]], [['--pattern', 'all']], [['--pattern', 'ALL']]])('tells the whole story for %j', (args) => {
    expect(readDemoOptions(args)).toMatchObject({
      patterns: ['IK', 'IK-raw', 'N', 'NN', 'XX'],
      whole: true,
    });
  });

  it('tells the part of one pattern if it is named', () => {
    expect(readDemoOptions(['--pattern', 'nn'])).toMatchObject({ patterns: ['NN'], whole: false });
  });

  it('reads the names as 0.8 spells them, in any case', () => {
    expect(['ik', 'ik-raw', 'IK_RAW', 'ikraw', 'n', 'NN', 'xx'].map(patterns)).toEqual(
      ['IK', 'IK-raw', 'IK-raw', 'IK-raw', 'N', 'NN', 'XX'].map((name) => [name]),
    );
  });

  it.each(['', 'kk', 'ik raw', '__proto__'])('refuses the pattern %j and lists the choices', (text) => {
    let refused: unknown;
    try {
      patterns(text);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(UsageError);
    for (const choice of ['ik', 'ik-raw', 'n', 'nn', 'xx', 'all']) {
      expect((refused as UsageError).message.split(/[ ,.]+/)).toContain(choice);
    }
  });

  it.each([
    [['--amount', '-1']],
    [['--currency=']],
    [['--method', 'x'.repeat(65)]],
    [['--pattern']],
    [['--nonsense']],
    [['stray']],
  ])('refuses %j', (args) => {
    expect(() => readDemoOptions(args)).toThrow(UsageError);
  });

  it('asks for help in either spelling', () => {
    expect(readDemoOptions(['--help'])).toBeUndefined();
    expect(readDemoOptions(['-h', '--pattern', 'kk'])).toBeUndefined();
  });
});

describe('demoHelp', () => {
  it('explains each pattern in one line that fits a terminal', () => {
    const lines = demoHelp().split('\n');
    for (const name of DEMO_PATTERN_NAMES) {
      expect(lines.filter((line) => line.endsWith(DEMO_PATTERNS[name].summary))).toHaveLength(1);
    }
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(84);
  });
});
