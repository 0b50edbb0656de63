import { DiscoveryError, zBase32 } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { DECIDE_COMMAND, readDecideOptions } from '../../src/keys/decide-options.ts';
import { OUTCOME_TEXTS, STATE_REMARKS } from '../../src/keys/discover-outcome.ts';
import { asPeerFailure, withPeer } from '../../src/keys/peer-command.ts';

const identity = new Uint8Array(32).fill(7);
const till = { identity, device: 'till' };
const name = zBase32.encode(identity);
const TEXTS = [...Object.values(OUTCOME_TEXTS).map(({ next }) => next), ...Object.values(STATE_REMARKS)];

describe('withPeer', () => {
  it('names identity and device, which may be left out if it is the default [F3]', () => {
    const text = 'Ask; `paykit keys decide IDENTITY --forget` makes room, `paykit keys peers` shows it.';
    expect(withPeer(text, till)).toBe(
      `Ask; \`paykit keys decide ${name} --device till --forget\` makes room, \`paykit keys peers\` shows it.`,
    );
    expect(withPeer(text, { identity, device: 'default' })).toContain(`decide ${name} --forget\``);
  });

  it('leaves no command in a text of a look-up that is not to be pasted [F3]', () => {
    const commands = TEXTS.flatMap((text) =>
      [...withPeer(text ?? '', till).matchAll(/`paykit keys decide ([^`]+)`/g)].map(
        ([, words = '']) => words,
      ),
    );
    expect(commands.length).toBeGreaterThan(4);
    for (const words of commands) {
      const args = words.replace('--accept KEY', `--accept ${'a'.repeat(16)}`).split(' ');
      expect(readDecideOptions(args, { HOME: '/somebody' }), DECIDE_COMMAND).toMatchObject(till);
    }
  });
});

describe('asPeerFailure', () => {
  it('names them where what is kept cannot be used, too [F3]', () => {
    const damaged = new DiscoveryError('DISCOVERY_KEY_REVOKED', { proof: 'signed' });
    const { message } = asPeerFailure(damaged, till, ' --home a') as Error;
    expect(message).toContain(`\`paykit keys decide ${name} --device till --forget --home a\``);
    const other = new TypeError('ours');
    expect(asPeerFailure(other, till, '')).toBe(other);
  });
});
