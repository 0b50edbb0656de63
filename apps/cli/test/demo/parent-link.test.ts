import { describe, expect, it } from 'vitest';
import { type FromParticipant, playForParent, type ToParticipant } from '../../src/demo/parent-link.ts';
import type { PresentParticipant } from '../../src/demo/scenes.ts';

const DISCOVER: ToParticipant = {
  type: 'play',
  scene: 'discover',
  asks: { whom: { name: 'Bob', identity: 'b' } },
};

/** A parent of a participant that plays as it is told to, and the next message it is sent. */
function parent(play: () => Promise<unknown>) {
  let deliver: (message: ToParticipant) => void = () => {};
  let [given, left]: [(message: FromParticipant) => void, boolean] = [() => {}, false];
  const participant: PresentParticipant = {
    play: play as PresentParticipant['play'],
    async leave() {
      left = true;
    },
  };
  const over = playForParent(
    {
      send: (message) => given(message),
      onMessage(listener) {
        deliver = listener;
      },
    },
    participant,
  );
  return {
    over,
    hasLeft: () => left,
    ask: (message: ToParticipant) =>
      new Promise<FromParticipant>((resolve) => {
        given = resolve;
        deliver(message);
      }),
    deliver: (message: ToParticipant) => deliver(message),
  };
}

describe('playForParent', () => {
  it('plays what it is asked for, and hands back what comes of it', async () => {
    const { ask } = parent(async () => ({ port: 7 }));
    expect(await ask(DISCOVER)).toEqual({ type: 'played', gives: { port: 7 } });
  });

  it('reports a scene that fails, and goes on', async () => {
    let failures = 0;
    const { ask } = parent(async () => {
      failures += 1;
      if (failures === 1) throw new Error('nobody is there');
      return {};
    });
    expect(await ask(DISCOVER)).toEqual({ type: 'failed', reason: 'nobody is there' });
    expect(await ask(DISCOVER)).toEqual({ type: 'played', gives: {} });
  });

  it('closes what is open when there is no more to play', async () => {
    const { over, deliver, hasLeft } = parent(async () => ({}));
    deliver({ type: 'leave' });
    await over;
    expect(hasLeft()).toBe(true);
  });
});
