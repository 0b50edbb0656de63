import { describe, expect, it } from 'vitest';
import type { DemoTask } from '../../src/demo/events.ts';
import { awaitTask, type FromParticipant, type ToParticipant } from '../../src/demo/parent-link.ts';

const TASK: DemoTask = { role: 'payee', pattern: 'IK', folder: 'nowhere', method: 'lightning' };
const identity = new Uint8Array(32).fill(1);

function parent() {
  const sent: FromParticipant[] = [];
  let deliver: (message: ToParticipant) => void = () => {};
  let now = 0;
  const port = {
    send: (message: FromParticipant) => void sent.push(message),
    onMessage(listener: (message: ToParticipant) => void) {
      deliver = listener;
    },
  };
  return {
    sent,
    linked: awaitTask(port, () => now),
    deliver: (message: ToParticipant) => deliver(message),
    advance: (ms: number) => {
      now += ms;
    },
  };
}

describe('awaitTask', () => {
  it('times the steps from the task on, not the waiting for it', async () => {
    const { sent, linked, deliver, advance } = parent();
    advance(500);
    deliver({ type: 'task', task: TASK });
    const { tell, task } = await linked;
    advance(3);
    tell('did it');
    expect(task).toEqual(TASK);
    expect(sent).toEqual([{ type: 'event', event: { step: 'did it', tookMs: 3 } }]);
  });

  it('gives each question its own answer, in whatever order they come', async () => {
    const { sent, linked, deliver } = parent();
    deliver({ type: 'task', task: TASK });
    const { book } = await linked;
    const answers = Promise.all([book.lookUp(identity, {}), book.lookUp(identity, {})]);
    const [first = 0, second = 0] = sent.map((message) => (message.type === 'question' ? message.id : 0));
    deliver({ type: 'answer', id: second, noiseKeys: ['22'.repeat(32)] });
    deliver({ type: 'answer', id: first, noiseKeys: [] });
    deliver({ type: 'answer', id: 99, noiseKeys: [] });
    expect(await answers).toEqual([[], [new Uint8Array(32).fill(0x22)]]);
  });

  it('is finished when the parent says so', async () => {
    const { linked, deliver } = parent();
    deliver({ type: 'task', task: TASK });
    const { finished } = await linked;
    deliver({ type: 'finish' });
    await expect(finished).resolves.toBeUndefined();
  });
});
