import { describe, expect, it } from 'vitest';
import { KeyedTurns } from '../../src/views/keyed-turns.ts';
import { rejectionOf } from '../outcome.ts';

const patient = (turn: Promise<void>): Promise<void> => turn;

/** Work that a test ends. */
function job(log: string[], name: string) {
  let finish = (_error?: Error): void => {};
  const work = () =>
    new Promise<string>((resolve, reject) => {
      log.push(`${name} begins`);
      finish = (error) => (error === undefined ? resolve(name) : reject(error));
    });
  return { work, finish: (error?: Error) => finish(error) };
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('KeyedTurns', () => {
  it('lets one at a time work on a key, in order, while other keys go on', async () => {
    const [turns, log] = [new KeyedTurns(), [] as string[]];
    const jobs = ['first', 'second', 'third'].map((name) => job(log, name));
    const results = jobs.map(({ work }) => turns.take('a', patient, work));
    expect(await turns.take('b', patient, async () => 'other')).toBe('other');
    await settled();
    expect(log).toEqual(['first begins']);
    jobs[0]?.finish();
    await settled();
    expect(log).toEqual(['first begins', 'second begins']);
    jobs[1]?.finish(new Error('no'));
    expect(await rejectionOf(results[1] as Promise<string>)).toMatchObject({ message: 'no' });
    await settled();
    jobs[2]?.finish();
    expect(await results[2]).toBe('third');
    await settled();
    expect(turns.size).toBe(0);
  });

  it('lets nobody overtake those in front of one who gives up', async () => {
    const [turns, log] = [new KeyedTurns(), [] as string[]];
    const [first, last] = [job(log, 'first'), job(log, 'last')];
    const working = turns.take('a', patient, first.work);
    const impatient = turns.take(
      'a',
      () => Promise.reject(new Error('enough')),
      async () => log.push('never'),
    );
    expect(await rejectionOf(impatient)).toMatchObject({ message: 'enough' });
    const waiting = turns.take('a', patient, last.work);
    await settled();
    expect(log).toEqual(['first begins']);
    first.finish();
    await working;
    await settled();
    last.finish();
    expect(await waiting).toBe('last');
    await settled();
    expect([turns.size, log]).toEqual([0, ['first begins', 'last begins']]);
  });
});
