import process from 'node:process';
import { isCodedError } from 'pubky-paykit';
import { UsageError } from '../command-errors.ts';
import { awaitTask, type FromParticipant, type ToParticipant } from './parent-link.ts';
import { runPayee } from './payee.ts';
import { runPayer } from './payer.ts';

async function takePart({ task, ...link }: Awaited<ReturnType<typeof awaitTask>>): Promise<void> {
  try {
    await (task.role === 'payee' ? runPayee(task, link) : runPayer(task, link));
  } catch (error) {
    const code = isCodedError(error) ? `${error.code}: ` : '';
    process.stderr.write(`${task.role}: ${code}${String((error as Error).message)}\n`);
    process.exitCode = 1;
  }
}

/** One side of the demo in a process of its own: takes its task from the parent and reports step by step. */
export async function runParticipant(): Promise<void> {
  if (process.send === undefined) throw new UsageError('demo-participant is started by "paykit demo".');
  // Without the process that started it nobody is left to tell: a killed demo leaves no orphan behind.
  process.once('disconnect', () => process.exit());
  let sent = Promise.resolve();
  const send = (message: FromParticipant): void => {
    if (!process.connected) return;
    const written = new Promise<void>((resolve) => process.send?.(message, () => resolve()));
    sent = sent.then(() => written);
  };
  const link = await awaitTask(
    {
      send,
      onMessage: (listener) => process.on('message', (message) => listener(message as ToParticipant)),
    },
    () => performance.now(),
  );
  await takePart(link);
  await sent;
  // Without this the channel to the parent would keep the process alive.
  if (process.connected) process.disconnect();
}
