import { type AddressBook, type BookQuestion, createAddressBook } from './address-book.ts';
import { createNarrator, type DemoEvent, type DemoTask, type Tell } from './events.ts';

/** What a participant sends to the process that started it. */
export type FromParticipant =
  | { readonly type: 'event'; readonly event: DemoEvent }
  | { readonly type: 'question'; readonly id: number; readonly question: BookQuestion };

/** What a participant is sent. */
export type ToParticipant =
  | { readonly type: 'task'; readonly task: DemoTask }
  | { readonly type: 'answer'; readonly id: number; readonly noiseKeys: readonly string[] }
  /** The other side has what it came for: close and end. */
  | { readonly type: 'finish' };

/** How messages get to the parent and back. */
export interface ParentPort {
  send(message: FromParticipant): void;
  onMessage(listener: (message: ToParticipant) => void): void;
}

/** What a participant works with. */
export interface ParentLink {
  readonly tell: Tell;
  readonly book: AddressBook;
  /** Resolves when the other side has what it came for. */
  readonly finished: Promise<void>;
}

/** A participant's end of the conversation with its parent, and the task it begins with. */
export async function awaitTask(
  port: ParentPort,
  now: () => number,
): Promise<ParentLink & { readonly task: DemoTask }> {
  const waiting = new Map<number, (noiseKeys: readonly string[]) => void>();
  let questions = 0;
  const book = createAddressBook((question) => {
    const id = ++questions;
    const answer = new Promise<readonly string[]>((resolve) => waiting.set(id, resolve));
    port.send({ type: 'question', id, question });
    return answer;
  });
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const task = await new Promise<DemoTask>((begin) => {
    port.onMessage((message) => {
      if (message.type === 'task') begin(message.task);
      if (message.type === 'finish') finish();
      if (message.type !== 'answer') return;
      waiting.get(message.id)?.(message.noiseKeys);
      waiting.delete(message.id);
    });
  });
  // Only now: the story times the work, not the waiting for it.
  const tell = createNarrator((event) => port.send({ type: 'event', event }), now);
  return { task, tell, book, finished };
}
