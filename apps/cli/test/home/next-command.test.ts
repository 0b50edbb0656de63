import { describe, expect, it } from 'vitest';
import { givenOptions, withGiven, withGivenHome } from '../../src/home/next-command.ts';

describe('givenOptions', () => {
  it.each([
    [{}, ''],
    [{ testnet: false }, ''],
    [{ home: './alice', testnet: true }, ' --home ./alice --testnet'],
    [{ home: "it's here", homeserver: 'abc' }, " --home 'it'\\''s here' --homeserver abc"],
    [{ home: '' }, " --home ''"],
    [
      { testnet: true, dht: true, 'dht-bootstrap': 'a:1, b:2' },
      " --testnet --dht --dht-bootstrap 'a:1, b:2'",
    ],
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

describe('withGivenHome', () => {
  it('leaves what somebody else is to run as it is', () => {
    const text = 'Ask it to run `paykit keys publish`; `paykit keys decide IDENTITY --forget` makes room.';
    expect(withGivenHome(text, ' --home a')).toBe(
      'Ask it to run `paykit keys publish`; `paykit keys decide IDENTITY --forget --home a` makes room.',
    );
  });
});
