import type { CancelSignal, Clock, RandomSource } from '@pubky-paykit/primitives';
import type { Lease } from '../background/lease.ts';
import { retryDelay } from '../background/retry-delay.ts';
import { PUBLISH_TIMEOUT_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { DiscoveryError } from '../errors.ts';
import type {
  FailedTarget,
  Publication,
  PublicationTarget,
  RecordPublication,
} from '../publications/publication.ts';
import { millisecondsOf } from '../records/freshness.ts';
import { departing, isOld, type Restamp } from './departure.ts';
import { isDue } from './due.ts';
import { codeOf, isPermanent } from './failure.ts';
import { hasDueParked, parked, parkedFor, retaken, stirred } from './parking.ts';
import type { QueueEvent } from './queue-events.ts';
import {
  type Delivery,
  delivered,
  exchanged,
  isDegraded,
  nextDelivery,
  postponed,
  type QueueState,
} from './queue-state.ts';

/** What a lane needs from its queue. */
export interface LanePorts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly restamp: Restamp | undefined;
  readonly tell: (event: QueueEvent) => void;
  read(): Promise<QueueState>;
  /** Does the work when no other lane does any. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Changes the queue durably. @returns What it was and what it is. */
  change(
    how: (state: QueueState) => QueueState,
    signal?: CancelSignal,
  ): Promise<readonly [before: QueueState, after: QueueState]>;
}

/** How far a lane goes. */
export interface LaneRun {
  readonly lease: Lease;
  readonly signal: CancelSignal;
  /** Whether to try at once what is to wait longer. */
  readonly eager: boolean;
}

/** What is under way to one target: one publication at a time, in their order. */
export interface Lane {
  readonly target: string;
  /**
   * Publishes one after the other until nothing is left, or something has to wait.
   *
   * @throws DISCOVERY_CANCELLED, DISCOVERY_LEASE_LOST, and what the store throws. Failures of the target are not thrown.
   */
  run(run: LaneRun): Promise<void>;
}

/** Makes the way to one target. */
export function createLane(target: PublicationTarget, ports: LanePorts): Lane {
  const { clock, random, restamp, tell } = ports;
  const { name } = target;
  /** A call that was given up on and is not over: whatever it still does must not come after the next one. */
  let lingering: Promise<unknown> | undefined;

  const about = ({ publication }: Delivery) => ({
    target: name,
    device: publication.device,
    publication: publication.kind,
    atMs: millisecondsOf(clock),
  });

  async function park(delivery: Delivery, error: unknown): Promise<void> {
    const code = codeOf(error);
    const nowMs = Math.floor(millisecondsOf(clock));
    const notBeforeMs = nowMs + parkedFor(delivery, random);
    const [before] = await ports.change((state) => parked(state, delivery, { code, nowMs, notBeforeMs }));
    // The same refusal after an hour is no news.
    if (isThere(before, delivery) && delivery.code !== code) {
      tell({ kind: 'parked', ...about(delivery), code });
    }
  }

  async function postpone(delivery: Delivery, error: unknown): Promise<void> {
    const code = codeOf(error);
    const nowMs = Math.floor(millisecondsOf(clock));
    const notBeforeMs = nowMs + retryDelay(delivery.attempts + 1, error, random);
    const [before] = await ports.change((state) => postponed(state, delivery, { code, notBeforeMs, nowMs }));
    if (!isDegraded(before, name)) tell({ kind: 'degraded', target: name, code, atMs: nowMs });
  }

  async function note(delivery: Delivery, unreached: readonly FailedTarget[]): Promise<void> {
    const nowMs = Math.floor(millisecondsOf(clock));
    const [before] = await ports.change((state) =>
      stirred(delivered(state, delivery, nowMs, unreached.length), name, nowMs),
    );
    tell({ kind: 'published', ...about(delivery), attempts: delivery.attempts });
    const [first] = unreached;
    if (first !== undefined) {
      const places = unreached.map((place) => place.target);
      tell({ kind: 'partial', ...about(delivery), code: first.error.code, places });
    }
    if (isDegraded(before, name)) tell({ kind: 'recovered', target: name, atMs: nowMs });
  }

  /** @returns The places of the target that were not reached. */
  async function publish(publication: Publication, signal: CancelSignal): Promise<readonly FailedTarget[]> {
    let unreached: readonly FailedTarget[] = [];
    const onPartial = (failed: readonly FailedTarget[]): void => {
      unreached = failed;
    };
    const limits = { what: 'a publication', clock, timeoutMs: PUBLISH_TIMEOUT_MS, signal };
    await withDeadline(limits, async (deadline) => {
      if (lingering !== undefined) await deadline.race(() => lingering);
      await deadline.race((ended) => {
        const call = (async () => target.publish(publication, { signal: ended, onPartial }))();
        const over = call.then(
          () => {},
          () => {},
        );
        lingering = over.then(() => {
          lingering = undefined;
        });
        return call;
      });
    });
    return unreached;
  }

  /** The signer may be a person, who may not be there. */
  function signAgain(record: RecordPublication, signal: CancelSignal): Promise<string | undefined> {
    const limits = { what: 'signing a record again', clock, timeoutMs: PUBLISH_TIMEOUT_MS, signal };
    return withDeadline(limits, ({ race }) => race(async (ended) => restamp?.(record, { signal: ended })));
  }

  /** What leaves for the head of the lane, noted durably before it does; undefined if it has been replaced, or parked. */
  async function prepare(delivery: Delivery, signal: CancelSignal): Promise<Delivery | undefined> {
    if (!isOld(delivery.publication, clock)) return delivery;
    // One lane at a time: what one has signed again is for all.
    return ports.alone(async () => {
      const head = (await ports.read()).deliveries.find(({ id }) => id === delivery.id);
      if (head === undefined) return undefined;
      let publication: Publication;
      try {
        publication = await departing(
          head.publication,
          clock,
          restamp && ((each) => signAgain(each, signal)),
        );
      } catch (error) {
        if (!signal.aborted) await park(head, error);
        return undefined;
      }
      if (publication === head.publication) return head;
      const [, after] = await ports.change((state) => exchanged(state, head.publication, publication));
      return isThere(after, head) ? { ...head, publication } : undefined;
    });
  }

  /** @returns Whether the lane can go on. */
  async function send(delivery: Delivery, signal: CancelSignal): Promise<boolean> {
    let unreached: readonly FailedTarget[];
    try {
      unreached = await publish(delivery.publication, signal);
    } catch (error) {
      if (signal.aborted) return true;
      const isOver = isPermanent(error);
      await (isOver ? park : postpone)(delivery, error);
      return isOver;
    }
    await note(delivery, unreached);
    return true;
  }

  return {
    target: name,
    async run({ lease, signal, eager }) {
      for (;;) {
        if (signal.aborted)
          throw new DiscoveryError('DISCOVERY_CANCELLED', { what: 'publishing what is queued' });
        const nowMs = Math.floor(millisecondsOf(clock));
        let state = await ports.read();
        if (hasDueParked(state, name, nowMs)) {
          [, state] = await ports.change((before) => retaken(before, name, nowMs));
        }
        const head = nextDelivery(state, name);
        if (head === undefined || (!eager && !isDue(head, nowMs))) return;
        await lease.renew();
        const ready = await prepare(head, signal);
        if (ready === undefined) continue;
        if (ready !== head) await lease.renew();
        if (!(await send(ready, signal))) return;
      }
    },
  };
}

function isThere({ deliveries }: QueueState, { id }: Delivery): boolean {
  return deliveries.some((each) => each.id === id);
}
