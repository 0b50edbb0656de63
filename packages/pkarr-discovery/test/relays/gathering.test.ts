import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { type Gathering, gather } from '../../src/relays/gathering.ts';
import { rejectionOf } from '../bytes.ts';
import { offline } from '../relay-model.ts';

/** Somebody who answers when told to. */
class Late {
  readonly name: string;
  readonly answer: Promise<number>;
  give: (value: number) => void = () => {};
  fail: (error: unknown) => void = () => {};

  constructor(name: string) {
    this.name = name;
    this.answer = new Promise((resolve, reject) => {
      this.give = resolve;
      this.fail = reject;
    });
  }
}

function setUp(changes: Partial<Gathering<Late, number>> = {}) {
  const clock = new ManualClock();
  const [first, second] = [new Late('first'), new Late('second')];
  const aborted: string[] = [];
  const gathering: Gathering<Late, number> = {
    what: 'asking',
    asked: [first, second],
    ask: (one, signal) => {
      signal.addEventListener('abort', () => aborted.push(one.name));
      return one.answer;
    },
    enough: (value) => value > 0,
    patienceMs: 1_000,
    timeoutMs: 6_000,
    clock,
    signal: undefined,
    ...changes,
  };
  return { clock, first, second, aborted, outcome: gather(gathering) };
}

/** Lets everything that is due run. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe('gather', () => {
  it('[T2] waits for nobody if there is nobody to ask', async () => {
    const { clock, outcome } = setUp({ asked: [] });
    expect(await outcome).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('collects answers and failures in the order of those who were asked', async () => {
    const { clock, first, second, outcome } = setUp();
    const error = offline('first');
    second.give(2);
    first.fail(error);
    expect(await outcome).toEqual([
      { kind: 'failed', relay: 'first', error },
      { kind: 'answered', relay: 'second', value: 2 },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('makes a coded error of whatever else is thrown, also at once', async () => {
    const clock = new ManualClock();
    const { outcome } = setUp({
      clock,
      ask: (one) => {
        if (one.name === 'first') throw Object.assign(new Error('x'), { code: 'ENOTFOUND' });
        return Promise.reject('text');
      },
    });
    expect(await outcome).toMatchObject([
      { kind: 'failed', error: { code: 'DISCOVERY_OFFLINE', context: { reason: 'ENOTFOUND' } } },
      { kind: 'failed', error: { code: 'DISCOVERY_OFFLINE', context: { reason: 'unknown' } } },
    ]);
  });

  it('[T2] waits for others no longer than its patience once an answer is good enough', async () => {
    const { clock, first, aborted, outcome } = setUp();
    clock.advance(500);
    first.give(1);
    await settled();
    clock.advance(999);
    await settled();
    expect(aborted).toEqual([]);
    clock.advance(1);
    expect(await outcome).toMatchObject([
      { kind: 'answered' },
      {
        kind: 'failed',
        error: { code: 'DISCOVERY_TIMED_OUT', context: { what: 'asking at second', afterMs: 1_500 } },
      },
    ]);
    expect(aborted).toEqual(['first', 'second']);
    expect(clock.pending).toBe(0);
  });

  it('waits on after an answer that is not good enough', async () => {
    const { clock, first, second, outcome } = setUp();
    first.give(0);
    await settled();
    clock.advance(5_999);
    await settled();
    second.give(3);
    expect(await outcome).toMatchObject([{ value: 0 }, { value: 3 }]);
  });

  it('[T2] ends when its time is over, with whatever there is', async () => {
    const { clock, aborted, outcome } = setUp();
    clock.advance(6_000);
    expect(await outcome).toMatchObject([
      { error: { code: 'DISCOVERY_TIMED_OUT', context: { afterMs: 6_000 } } },
      { error: { code: 'DISCOVERY_TIMED_OUT' } },
    ]);
    expect(aborted).toEqual(['first', 'second']);
  });

  it('does not change what it gave when somebody answers late', async () => {
    const { clock, first, second, outcome } = setUp();
    first.give(1);
    await settled();
    clock.advance(1_000);
    const given = await outcome;
    second.give(2);
    await settled();
    expect(given[1]?.kind).toBe('failed');
    expect(clock.pending).toBe(0);
  });

  it('[T2] starts no timer for somebody who answers after the end', async () => {
    const [third, fourth] = [new Late('third'), new Late('fourth')];
    const { clock, outcome } = setUp({ asked: [third, fourth] });
    clock.advance(6_000);
    await outcome;
    third.give(3);
    await settled();
    expect(clock.pending).toBe(0);
  });

  it('[T2] is cancelled by its signal, and tells those who were asked', async () => {
    const controller = new AbortController();
    const { clock, aborted, outcome } = setUp({ signal: controller.signal });
    const failure = rejectionOf(outcome);
    await settled();
    controller.abort();
    expect(await failure).toMatchObject({ code: 'DISCOVERY_CANCELLED', context: { what: 'asking' } });
    expect(aborted).toEqual(['first', 'second']);
    expect(clock.pending).toBe(0);
  });

  it('asks nobody if it was cancelled before', async () => {
    let asked = 0;
    const signal = AbortSignal.abort();
    const ask = async (): Promise<number> => {
      asked += 1;
      return 1;
    };
    expect((await rejectionOf(setUp({ signal, ask }).outcome)).code).toBe('DISCOVERY_CANCELLED');
    expect(asked).toBe(0);
  });
});
