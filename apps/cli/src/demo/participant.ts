import process from 'node:process';
import { isCodedError } from 'pubky-paykit';
import { UsageError } from '../command-errors.ts';
import { createNarrator, type DemoTask } from './events.ts';
import { runPayee } from './payee.ts';
import { runPayer } from './payer.ts';

/** One side of the demo in a process of its own: takes its task from the parent and reports step by step. */
export async function runParticipant(): Promise<void> {
  if (process.send === undefined) throw new UsageError('demo-participant is started by "paykit demo".');
  const task = await new Promise<DemoTask>((resolve) =>
    process.once('message', resolve as (task: unknown) => void),
  );
  // Without the process that started it nobody is left to tell: a killed demo leaves no orphan behind.
  process.once('disconnect', () => process.exit());
  const narrator = createNarrator(
    (event) => process.connected && process.send?.(event),
    () => performance.now(),
  );
  try {
    await (task.role === 'payee' ? runPayee(task, narrator) : runPayer(task, narrator));
  } catch (error) {
    process.stderr.write(
      `${task.role}: ${isCodedError(error) ? `${error.code}: ` : ''}${String((error as Error).message)}\n`,
    );
    process.exitCode = 1;
  } finally {
    // Without this the channel to the parent would keep the process alive.
    process.disconnect?.();
  }
}
