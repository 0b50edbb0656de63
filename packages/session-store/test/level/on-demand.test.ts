import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { SHARED_BREAK_MS, SHARED_IDLE_MS, SHARED_TURN_MS } from '../../src/constants.ts';
import { OnDemand } from '../../src/level/on-demand.ts';
import { rejectionOf } from '../outcome.ts';
import { pass, settled } from './settled.ts';

const TAKEN = new Error('somebody else has it');
const BROKEN = new Error('it is broken');

/** Something that one at a time can have. */
class Thing {
  owner: string | undefined;
  /** What happened, in order. */
  readonly log: string[] = [];
  problem: Error | undefined;
  readonly askedAtMs: number[] = [];
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async open(name: string): Promise<string> {
    this.askedAtMs.push(this.#clock.now());
    await settled();
    this.log.push(`${name} asks`);
    if (this.problem !== undefined) throw this.problem;
    if (this.owner !== undefined) throw TAKEN;
    this.owner = name;
    this.log.push(`${name} opens`);
    return name;
  }

  async close(name: string): Promise<void> {
    await settled();
    if (this.owner !== name) throw new Error(`${name} closes what it does not have`);
    this.owner = undefined;
    this.log.push(`${name} closes`);
  }

  count(what: string): number {
    return this.log.filter((each) => each === what).length;
  }
}

function contender(thing: Thing, clock: ManualClock, name: string, fill = 0xff): OnDemand<string> {
  return new OnDemand({
    open: () => thing.open(name),
    close: () => thing.close(name),
    isTaken: (error) => error === TAKEN,
    clock,
    random: { bytes: (length) => new Uint8Array(length).fill(fill) },
  });
}

const patiently = <Resource>(opened: Promise<Resource>): Promise<Resource> => opened;

/** A use that lasts until it is told to end. */
function longUse(demand: OnDemand<string>): { readonly over: Promise<void>; end(): void } {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over: demand.use(patiently, () => ended), end };
}

describe('OnDemand', () => {
  it('opens for the first of several uses, and closes a moment after the last', async () => {
    const clock = new ManualClock();
    const thing = new Thing(clock);
    const demand = contender(thing, clock, 'a');
    const [one, other] = [longUse(demand), longUse(demand)];
    await settled();
    await settled();
    one.end();
    await one.over;
    await pass(clock, 2 * SHARED_IDLE_MS);
    other.end();
    await other.over;
    await pass(clock, SHARED_IDLE_MS - 1);
    expect(await demand.use(patiently, async (name) => name)).toBe('a');
    await pass(clock, SHARED_IDLE_MS - 1);
    expect(thing.log).toEqual(['a asks', 'a opens']);
    await pass(clock, 1);
    expect(thing.log).toEqual(['a asks', 'a opens', 'a closes']);
    expect(clock.pending).toBe(0);
    expect(await demand.use(patiently, async (name) => name)).toBe('a');
    await demand.close();
    expect(thing.owner).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('asks again, less and less often, while somebody else has it', async () => {
    const clock = new ManualClock();
    const thing = new Thing(clock);
    thing.owner = 'somebody';
    const demand = contender(thing, clock, 'a');
    const using = demand.use(patiently, async (name) => name);
    await pass(clock, 500);
    const gaps = thing.askedAtMs.slice(1).map((at, index) => at - (thing.askedAtMs[index] as number));
    // Each pause, and the millisecond that asking takes here.
    expect(gaps.slice(0, 7).map(Math.ceil)).toEqual([5, 9, 17, 33, 65, 101, 101]);
    thing.owner = undefined;
    await pass(clock, 100);
    expect(await using).toBe('a');
    await demand.close();
  });

  it('stops asking when nobody waits any more', async () => {
    const clock = new ManualClock();
    const thing = new Thing(clock);
    thing.owner = 'somebody';
    const demand = contender(thing, clock, 'a');
    const obstacles: unknown[] = [];
    const giveUp = async (opened: Promise<string>, obstacle: () => unknown): Promise<string> => {
      await pass(clock, 50);
      obstacles.push(obstacle());
      await Promise.race([opened, Promise.reject(new Error('no time'))]);
      return opened;
    };
    expect(await rejectionOf(demand.use(giveUp, async (name) => name))).toMatchObject({ message: 'no time' });
    expect(obstacles).toEqual([TAKEN]);
    await pass(clock, 100);
    const asked = thing.log.length;
    await pass(clock, 1_000);
    expect([thing.log.length, clock.pending]).toEqual([asked, 0]);
    thing.owner = undefined;
    expect(await demand.use(patiently, async (name) => name)).toBe('a');
    await demand.close();
  });

  it('tells everybody who waits what opening fails with, and tries anew for the next', async () => {
    const clock = new ManualClock();
    const thing = new Thing(clock);
    thing.problem = BROKEN;
    const demand = contender(thing, clock, 'a');
    const uses = [1, 2].map(() => rejectionOf(demand.use(patiently, async (name) => name)));
    expect(await Promise.all(uses)).toEqual([BROKEN, BROKEN]);
    thing.problem = undefined;
    expect(await demand.use(patiently, async (name) => name)).toBe('a');
    expect(thing.count('a asks')).toBe(2);
    await demand.close();
  });

  it('lets another one have it who is waiting, however busy it is', async () => {
    const clock = new ManualClock();
    const thing = new Thing(clock);
    const [busy, other] = [contender(thing, clock, 'busy'), contender(thing, clock, 'other')];
    let isBusy = true;
    let uses = 0;
    const working = (async () => {
      while (isBusy) {
        await busy.use(patiently, settled);
        uses += 1;
      }
    })();
    await pass(clock, 10);
    const waiting = other.use(patiently, async (name) => {
      isBusy = false;
      return name;
    });
    await pass(clock, SHARED_TURN_MS + SHARED_BREAK_MS);
    expect(await waiting).toBe('other');
    await pass(clock, SHARED_BREAK_MS);
    await working;
    expect(uses).toBeGreaterThan(SHARED_TURN_MS / 2);
    await Promise.all([busy.close(), other.close()]);
    expect([thing.owner, clock.pending]).toEqual([undefined, 0]);
  });

  it('waits for what uses it before it lets others have it', async () => {
    const clock = new ManualClock();
    const thing = new Thing(clock);
    const demand = contender(thing, clock, 'a');
    const long = longUse(demand);
    await pass(clock, SHARED_TURN_MS + 1);
    const next = demand.use(patiently, async (name) => name);
    await pass(clock, SHARED_TURN_MS);
    expect(thing.count('a closes')).toBe(0);
    long.end();
    await long.over;
    await pass(clock, SHARED_BREAK_MS - 1);
    expect(thing.log).toEqual(['a asks', 'a opens', 'a closes']);
    await pass(clock, 1);
    expect(await next).toBe('a');
    await demand.close();
  });

  it('does not wait for a pause when it is closed', async () => {
    const clock = new ManualClock();
    const thing = new Thing(clock);
    thing.owner = 'somebody';
    const demand = contender(thing, clock, 'a');
    const giveUp = async (): Promise<string> => {
      await pass(clock, 20);
      throw new Error('no time');
    };
    await rejectionOf(demand.use(giveUp, async (name) => name));
    await demand.close();
    expect(clock.pending).toBe(0);
  });

  it('is never had by two, and everybody gets a turn, whoever comes and goes when', async () => {
    const NAMES = ['a', 'b', 'c'] as const;
    const visit = fc.record({
      who: fc.constantFrom(...NAMES),
      afterMs: fc.integer({ min: 0, max: 80 }),
      forMs: fc.integer({ min: 0, max: 400 }),
      patienceMs: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(visit, { maxLength: 25 }), fc.nat(255), async (visits, fill) => {
        const clock = new ManualClock();
        const thing = new Thing(clock);
        const demands = Object.fromEntries(
          NAMES.map((name, at) => [name, contender(thing, clock, name, (fill + 85 * at) % 256)]),
        );
        const after = (ms: number) => new Promise<void>((resolve) => void clock.schedule(ms, resolve));
        let open = 0;
        const running = visits.map(async ({ who, afterMs, forMs, patienceMs }, at) => {
          await after(at * 40 + afterMs);
          const impatient = async (opened: Promise<string>): Promise<string> =>
            patienceMs === undefined
              ? opened
              : Promise.race([opened, after(patienceMs).then(() => Promise.reject(TAKEN))]);
          const outcome = await (demands[who] as OnDemand<string>)
            .use(impatient, async (name) => {
              expect([name, thing.owner]).toEqual([who, who]);
              await after(forMs);
              expect(thing.owner).toBe(who);
              return 'done';
            })
            .catch((error) => error);
          expect(outcome).toBeOneOf(patienceMs === undefined ? ['done'] : ['done', TAKEN]);
          open += 1;
        });
        let isOver = false;
        const all = Promise.all(running).finally(() => {
          isOver = true;
        });
        for (let ms = 0; !isOver && ms < 60_000; ms += 10) {
          await settled();
          clock.advance(10);
        }
        await all;
        await Promise.all(NAMES.map((name) => demands[name]?.close()));
        expect([open, thing.owner]).toEqual([visits.length, undefined]);
      }),
      { numRuns: effort(200) },
    );
  });
});
