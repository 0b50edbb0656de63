import { describe, expect, it } from 'vitest';
import { givenOptions, withGiven } from '../../src/home/next-command.ts';

describe('givenOptions', () => {
  it.each([
    [{}, ''],
    [{ testnet: false }, ''],
    [{ home: './alice', testnet: true }, ' --home ./alice --testnet'],
    [{ home: "it's here", homeserver: 'abc' }, " --home 'it'\\''s here' --homeserver abc"],
    [{ home: '' }, " --home ''"],
  ])('writes %j so that a shell reads the same', (values, text) => {
    expect(givenOptions(values)).toBe(text);
  });
});

describe('withGiven', () => {
  it('puts the options behind every command that is named, and nowhere else', () => {
    const text = 'Run `paykit keys publish`, or `paykit pay IDENTITY`; paykit and `--home` stay.';
    expect(withGiven(text, ' --home $& --testnet')).toBe(
      'Run `paykit keys publish --home $& --testnet`, or `paykit pay IDENTITY --home $& --testnet`; paykit and `--home` stay.',
    );
    expect(withGiven(text, '')).toBe(text);
  });

  it('names the homeserver once', () => {
    const text = '`paykit keys publish --homeserver KEY`';
    expect(withGiven(text, ' --homeserver abc')).toBe('`paykit keys publish --homeserver abc`');
    expect(withGiven(text, ' --testnet')).toBe('`paykit keys publish --homeserver KEY --testnet`');
  });
});
