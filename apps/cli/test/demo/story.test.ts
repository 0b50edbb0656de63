import { describe, expect, it } from 'vitest';
import { PLAIN_INK } from '../../src/demo/ink.ts';
import { Story } from '../../src/demo/story.ts';

/** A story that is written into lines, by a clock that stands until it is set. */
function written() {
  let [text, now] = ['', 0];
  const story = new Story(
    (more) => {
      text += more;
    },
    PLAIN_INK,
    () => now,
  );
  return {
    story,
    lines: () => text.split('\n').slice(0, -1),
    advance: (ms: number) => {
      now += ms;
    },
  };
}

describe('Story', () => {
  it('numbers the steps through all chapters, and times each from the line before', () => {
    const { story, lines, advance } = written();
    story.chapter('First', 'why');
    advance(12.34);
    story.teller('Bob')('does it');
    story.chapter('Second', 'why');
    advance(1);
    story.teller('Bob')('does that', 'Thief');
    const steps = lines().filter((line) => line.endsWith(' ms'));
    expect(steps[0]).toMatch(/^ {2}1 {2}Bob {6}does it +12\.3 ms$/);
    expect(steps[1]).toMatch(/^ {2}2 {2}Thief {4}does that +1\.0 ms$/);
  });

  it('stays within 96 columns, whatever is told', () => {
    const { story, lines } = written();
    const long = 'some words of a long text '.repeat(20).trim();
    story.begin(long);
    story.chapter('Title', long);
    story.step('Mallory', long);
    story.note('Not proven', long, 'open');
    story.end('Told');
    expect(lines().length).toBeGreaterThan(20);
    expect(Math.max(...lines().map(({ length }) => length))).toBeLessThanOrEqual(96);
  });

  it('ends with how long each chapter took, and all of them', () => {
    const { story, lines, advance } = written();
    story.chapter('First', 'why');
    advance(1500);
    story.chapter('Second', 'why');
    advance(250);
    story.end('Told');
    expect(lines().slice(-3)).toEqual([
      expect.stringMatching(/^ 1\. First +1\.50 s$/),
      expect.stringMatching(/^ 2\. Second +0\.25 s$/),
      'Told in 1.75 s.',
    ]);
  });
});
