import { describe, expect, it } from 'vitest';
import { readTestnetArguments } from '../../src/command/arguments.ts';

const DEFAULTS = { ports: {}, folder: undefined, dht: false, inviteOnly: false, json: false };

describe('readTestnetArguments', () => {
  it.each([
    [[], {}],
    [['--fixed-ports'], { ports: 'testnet' }],
    [['--relay-port', '1', '--homeserver-port=0'], { ports: { relay: 1, homeserver: 0 } }],
    [['--auth-relay-port', '65535', '--admin-port', '2'], { ports: { authRelay: 65_535, admin: 2 } }],
    [['--dht', '--dht-port', '6881'], { dht: true, ports: { dht: 6_881 } }],
    [['--folder', 'data'], { folder: 'data' }],
    [['--invite-only', '--json'], { inviteOnly: true, json: true }],
  ])('understands %j', (args, expected) => {
    expect(readTestnetArguments(args)).toEqual({ ...DEFAULTS, ...expected });
  });

  it.each([[['--help']], [['-h']], [['--dht', '--help']]])('shows help for %j', (args) => {
    expect(readTestnetArguments(args)).toBeUndefined();
  });

  it.each([
    [['--unknown']],
    [['word']],
    [['--folder']],
    [['--folder', '']],
    [['--json=yes']],
    [['--relay-port', '65536']],
    [['--relay-port', '-1']],
    [['--relay-port', 'http']],
    [['--relay-port', '1.5']],
    [['--fixed-ports', '--relay-port', '1']],
    [['--dht-port', '1']],
  ])('says what is wrong with %j', (args) => {
    expect(() => readTestnetArguments(args)).toThrow(
      expect.objectContaining({
        code: 'TESTNET_BAD_ARGUMENTS',
        context: { mistake: expect.stringMatching(/[^.]$/) },
      }),
    );
  });
});
