import process from 'node:process';
import { TestnetError } from '@pubky-paykit/testnet';
import { runTestnetCommand } from '@pubky-paykit/testnet/command';
import { UsageError } from './command-errors.ts';
import { untilInterrupted } from './interruption.ts';

/** `paykit testnet`: a Pubky network on this machine, until it is interrupted. */
export async function runTestnet(args: readonly string[]): Promise<void> {
  const { signal, release } = untilInterrupted();
  try {
    await runTestnetCommand(args, {
      write: (text) => process.stdout.write(text),
      signal,
      program: 'paykit testnet',
    });
  } catch (error) {
    if (!(error instanceof TestnetError) || error.code !== 'TESTNET_BAD_ARGUMENTS') throw error;
    throw new UsageError(`${error.context.mistake}.`, 'testnet');
  } finally {
    release();
  }
}
