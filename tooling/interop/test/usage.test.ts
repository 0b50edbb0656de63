import { describe, expect, it } from 'vitest';
import { readOptions } from '../peer/arguments.mjs';
import { outcomeOf } from '../peer/outcome.mjs';
import { runPeer } from '../peer/run.mjs';
import { ACK } from './wire-messages.ts';
import { keyOf, PATTERNS } from './wire-parties.ts';
import { against, argumentsOf } from './wire-runs.ts';

const LISTEN = ['--listen', '127.0.0.1:0'];
const bare = (role: string, pattern: string) => ['--role', role, '--pattern', pattern, '--seed', keyOf(1)];

/** What must not be run, and the option it is about. */
const MISUSES: readonly (readonly [about: string, args: readonly string[]])[] = [
  ['--role', []],
  ['--role', ['--role', 'nobody', '--pattern', 'ik']],
  ['--pattern', ['--role', 'initiator']],
  ['--pattern', [...bare('responder', 'ikraw'), ...LISTEN]],
  ['--connect', bare('responder', 'ik')],
  ['--connect', [...argumentsOf('initiator', 'ik'), ...LISTEN, '--connect', '127.0.0.1:1']],
  ['--listen', [...argumentsOf('responder', 'ik'), '--listen', 'nowhere']],
  ['--connect', [...argumentsOf('initiator', 'ik'), '--connect', '127.0.0.1:0']],
  ['--seed', ['--role', 'responder', '--pattern', 'ik', ...LISTEN]],
  ['--seed', [...bare('responder', 'ik'), ...LISTEN, '--seed', 'abc']],
  ['--unheard-of', [...argumentsOf('responder', 'ik'), ...LISTEN, '--unheard-of']],
  ['--send', [...argumentsOf('responder', 'ik'), ...LISTEN, '--send', '{"type":"Unknown"}']],
  ['--exit-after', [...argumentsOf('responder', 'ik'), ...LISTEN, '--exit-after', '-1']],
  ['--exit-after', [...argumentsOf('initiator', 'n'), '--connect', '127.0.0.1:1', '--exit-after', '1']],
  ['--send', [...argumentsOf('responder', 'n'), ...LISTEN, '--send', ACK]],
  ...['ik', 'ik-raw', 'n'].map(
    (pattern) => ['--peer-static', [...bare('initiator', pattern), ...LISTEN]] as const,
  ),
  ['--peer-identity', [...bare('initiator', 'nn'), ...LISTEN, '--peer-static', keyOf(9)]],
  ...PATTERNS.map(
    (pattern) =>
      ['--ephemeral', [...argumentsOf('responder', pattern), ...LISTEN, '--ephemeral', keyOf(0x11)]] as const,
  ),
];

describe('readOptions', () => {
  it.each(MISUSES)('refuses %s in %j with status 2 and the help', async (about, args) => {
    const events: object[] = [];
    let complaint = '';
    const output = {
      print: (event: object) => void events.push(event),
      complain(text: string) {
        complaint += text;
      },
    };
    const code = await outcomeOf(async () => {
      const options = readOptions(args, {});
      if (options !== undefined) await runPeer(options, output);
    }, output);
    expect([code, events]).toEqual([2, []]);
    expect(complaint.slice(0, complaint.indexOf('Usage:'))).toContain(about);
  });

  it('takes help for an answer, whatever else is asked', () => {
    expect(readOptions(['--help', '--role', 'nobody'], {})).toBeUndefined();
  });
});

describe('runPeer', () => {
  it.each([
    ['n', ['--peer-identity', '--peer-static']],
    ['nn', ['--peer-static']],
    ['xx', ['--peer-identity']],
  ] as const)(
    'says at the responder of %s which given keys are not compared: %j',
    async (pattern, options) => {
      const args = options.flatMap((option) => [option, keyOf(9)]);
      const ended = await against('responder', pattern, args, (wire) => wire.end());
      for (const option of options) expect(ended.complaint).toContain(`${option} is not compared`);
    },
  );
});
