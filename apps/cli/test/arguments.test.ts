import { describe, expect, it } from 'vitest';
import { readArguments, runSubcommand, type Subcommand } from '../src/arguments.ts';
import { UsageError } from '../src/command-errors.ts';
import { fakeSurroundings } from './home/command-run.ts';

const words = (ran: string[][]): readonly Subcommand[] => [
  { name: 'one', summary: 'the first', run: async (args) => void ran.push([...args]) },
];

describe('readArguments', () => {
  it('takes what cannot be read for wrong usage of the command', () => {
    const options = { yes: { type: 'boolean' } } as const;
    expect(readArguments({ args: ['--yes'], options }, 'keys revoke').values.yes).toBe(true);
    expect(() => readArguments({ args: ['--no'], options }, 'keys revoke')).toThrow(UsageError);
  });

  it.each([
    [['--tesnet'], 'Unknown option --tesnet.'],
    [['-x'], 'Unknown option -x.'],
    [['--home'], '--home wants a value.'],
    [['-d'], '--device wants a value.'],
    [['--home', '--yes'], '--home wants a value; one that begins with a dash is written --home=-VALUE.'],
    [['--yes=3'], '--yes takes no value.'],
  ])('says in one sentence what is wrong with %j [Q4]', (args, text) => {
    const options = {
      yes: { type: 'boolean' },
      home: { type: 'string' },
      device: { type: 'string', short: 'd' },
    } as const;
    const read = (allowPositionals: boolean) => () =>
      readArguments({ args, options, allowPositionals }, 'pay');
    expect(read(true)).toThrow(new UsageError(text, 'pay'));
    expect(read(false)).toThrow(new UsageError(text, 'pay'));
  });

  it('does not repeat an argument that is too many, which may be a seed [S1.1]', () => {
    expect(() => readArguments({ args: ['alice'], options: {} }, 'keys status')).toThrow(
      new UsageError('There is an argument too many.', 'keys status'),
    );
  });
});

describe('runSubcommand', () => {
  it('runs the second word with the rest', async () => {
    const ran: string[][] = [];
    await runSubcommand('keys', words(ran), ['one', '--yes'], fakeSurroundings().surroundings);
    expect(ran).toEqual([['--yes']]);
  });

  it('shows the words there are, and refuses others', async () => {
    const { surroundings, said } = fakeSurroundings();
    await runSubcommand('keys', words([]), ['--help'], surroundings);
    expect(said.output).toContain('one       the first');
    await expect(runSubcommand('keys', words([]), ['two'], surroundings)).rejects.toThrow(UsageError);
  });

  it('tells an option in the place of a word from a word there is not', async () => {
    const { surroundings } = fakeSurroundings();
    const option = runSubcommand('identity', words([]), ['--homee=x', 'one'], surroundings);
    await expect(option).rejects.toThrow('Unknown option "--homee"');
    const word = runSubcommand('identity', words([]), ['two'], surroundings);
    await expect(word).rejects.toThrow('There is no command "identity two".');
  });
});
