import { describe, expect, it } from 'vitest';
import { runSubcommand } from '../../src/arguments.ts';
import { UsageError } from '../../src/command-errors.ts';
import { IDENTITY_COMMANDS } from '../../src/identity/identity.ts';
import { KEYS_COMMANDS } from '../../src/keys/keys.ts';
import { fakeSurroundings, run, temporaryFolder } from '../home/command-run.ts';

const folder = temporaryFolder();
const ALL = [
  ...IDENTITY_COMMANDS.map((command) => ({ ...command, group: 'identity' })),
  ...KEYS_COMMANDS.map((command) => ({ ...command, group: 'keys' })),
];

describe.each(ALL)('paykit $group $name', ({ name, group, run: command }) => {
  it('shows its help without touching a home, no line of it too long', async () => {
    const { output, error } = await run(command, ['--home', folder.inside('home'), '--help']);
    expect(error).toBeUndefined();
    expect(output).toMatch(/^Usage: paykit /);
    expect(output).toContain(name);
    expect(output).toContain('--help');
    for (const line of output.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('refuses options it does not know', async () => {
    const { error } = await run(command, ['--nonsense']);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).command).toBe(`${group} ${name}`);
  });

  it('refuses a homeserver that is no key', async () => {
    const { error } = await run(command, ['--homeserver', 'nonsense']);
    expect(error).toBeInstanceOf(UsageError);
  });
});

describe('KEYS_COMMANDS', () => {
  it('are shown with one line each', async () => {
    const { surroundings, said } = fakeSurroundings();
    await runSubcommand('keys', KEYS_COMMANDS, [], surroundings);
    for (const { name, summary } of KEYS_COMMANDS)
      expect(said.output).toContain(`${name.padEnd(10)}${summary}`);
  });
});
