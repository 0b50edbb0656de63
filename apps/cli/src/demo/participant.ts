import process from 'node:process';
import { UsageError } from '../command-errors.ts';
import { type FromParticipant, playForParent, type ToParticipant } from './parent-link.ts';
import { createPresentParticipant } from './scenes.ts';

/** One person of the demo in a process of their own: plays what the parent asks for, and reports step by step. */
export async function runParticipant(): Promise<void> {
  if (process.send === undefined) throw new UsageError('demo-participant is started by "paykit demo".');
  // Without the process that started it nobody is left to tell: a killed demo leaves no orphan behind.
  process.once('disconnect', () => process.exit());
  // A terminal interrupts all of them at once; the parent ends the others itself, and says nothing about it.
  process.on('SIGINT', () => {});
  let sent = Promise.resolve();
  const send = (message: FromParticipant): void => {
    if (!process.connected) return;
    const written = new Promise<void>((resolve) => process.send?.(message, () => resolve()));
    sent = sent.then(() => written);
  };
  await playForParent(
    {
      send,
      onMessage: (listener) => process.on('message', (message) => listener(message as ToParticipant)),
    },
    createPresentParticipant((step, role) => send({ type: 'step', step, role })),
  );
  await sent;
  // Without this the channel to the parent would keep the process alive.
  if (process.connected) process.disconnect();
}
