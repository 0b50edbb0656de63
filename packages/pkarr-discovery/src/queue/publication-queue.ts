import {
  type CancelSignal,
  type Clock,
  type RandomSource,
  systemClock,
  systemRandom,
  zBase32,
} from '@pubky-paykit/primitives';
import { openLeases, withLease } from '../background/lease.ts';
import { createRecurring } from '../background/recurring.ts';
import { createTurns } from '../background/turns.ts';
import { KEY_BYTES, MAX_QUEUE_TARGETS, QUEUE_POLL_MS } from '../constants.ts';
import type { OpenRecords } from '../ports/record-store.ts';
import type { Publication, PublicationTarget } from '../publications/publication.ts';
import { KeyLocks } from '../publishing/key-locks.ts';
import { millisecondsOf } from '../records/freshness.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import { type Restamp, requirePublishable } from './departure.ts';
import { allEnqueued, type TargetsOf } from './enqueuing.ts';
import { codeOf } from './failure.ts';
import { createLane, type LanePorts } from './lane.ts';
import { unparked } from './parking.ts';
import { queueCodec, TARGET_NAME } from './queue-codec.ts';
import { createQueueReporter, type QueueListeners } from './queue-events.ts';
import { EMPTY_QUEUE, type QueueState } from './queue-state.ts';
import {
  nextAttemptOf,
  progressOf,
  type QueueStatus,
  statusOf,
  type TargetProgress,
} from './queue-status.ts';
import { awayWith, createStrandedReporter } from './stranded.ts';

/** What a queue is made of. */
export interface PublicationQueueOptions extends QueueListeners {
  /** Whose publications it takes: 32 bytes, Ed25519; copied. Targets often write as one identity, so a queue is for one. */
  readonly identity: Uint8Array;
  /** The rooms `publication-queue` and `publication-leases` are used. */
  readonly openRecords: OpenRecords;
  /** 1 to 16. Their names are kept in the store: a target must have the same one after a restart. */
  readonly targets: readonly PublicationTarget[];
  /** Signs what has waited for more than a week again before it leaves. */
  readonly restamp?: Restamp | undefined;
  readonly clock?: Clock | undefined;
  /** Spreads retries. */
  readonly random?: RandomSource | undefined;
}

/** What ends a call of a queue. */
export interface QueueCall {
  readonly signal?: CancelSignal | undefined;
}

/** Publications of one identity on their way to all its targets, kept through crashes. */
export interface PublicationQueue {
  /** 32 bytes, a fresh copy at every access. */
  readonly identity: Uint8Array;
  /**
   * Takes publications, in their order: all of them durably, or none. It tries none of them itself. To queue the same again
   * is the same as once.
   *
   * @throws DISCOVERY_QUEUE_FULL, DISCOVERY_BAD_PUBLICATION, what `verifyKeyRecord` throws for records that peers would
   * refuse at any time, and what the store throws.
   */
  enqueue(publications: readonly Publication[], call?: QueueCall): Promise<void>;
  /**
   * Tries everything that waits at once, whatever it was to wait for, until each target has failed or has it all.
   *
   * @throws DISCOVERY_LEASE_HELD if another process is at it, DISCOVERY_LEASE_LOST, DISCOVERY_CANCELLED, and what the store
   * throws. What targets fail with is in the status.
   */
  flush(call?: QueueCall): Promise<QueueStatus>;
  /**
   * Lets what was parked be tried again now, when its cause is known to be removed. By itself it is tried again within a day,
   * a revocation within an hour, and a minute after it was refused if the target has taken something else since.
   *
   * @throws What the store throws.
   */
  retryParked(call?: QueueCall): Promise<void>;
  status(call?: QueueCall): Promise<QueueStatus>;
  /** What each target has got of a device. */
  progress(device: string, call?: QueueCall): Promise<readonly TargetProgress[]>;
  /**
   * Publishes from now on by itself, whenever something is queued or due; what another process has queued and not published,
   * within 15 s. Again does nothing.
   */
  start(): void;
  /** Stops what is under way, which stays queued, and waits for its end. Never rejects; later calls of others do. */
  close(): Promise<void>;
}

const QUEUE_ROOM = 'publication-queue';
const LEASE_ROOM = 'publication-leases';

/**
 * A durable queue before the targets of an identity [O5]. Each target gets the publications in their order, a newer one of a
 * device in the place of an older one, but every revocation; what fails is tried again after longer and longer times,
 * and what is refused for good is parked, told, and seldom tried again. Retries send the same bytes. One process at a time
 * publishes.
 *
 * @throws DISCOVERY_WRONG_LENGTH
 * @throws RangeError for more or fewer targets than there may be. @throws TypeError for names that are none, or not unique.
 *
 * @example
 * ```ts
 * import { createPublicationQueue, type OpenRecords, type PublicationTarget } from '@pubky-paykit/pkarr-discovery';
 * declare const identity: Uint8Array; // 32 bytes
 * declare const openRecords: OpenRecords;
 * declare const targets: PublicationTarget[];
 * const queue = createPublicationQueue({ identity, openRecords, targets, onEvent: ({ kind }) => console.log(kind) });
 * queue.start();
 * ```
 */
export function createPublicationQueue(options: PublicationQueueOptions): PublicationQueue {
  const { openRecords, targets, restamp, clock = systemClock, random = systemRandom } = options;
  const identity = Uint8Array.from(options.identity);
  checkLength('an identity', identity, KEY_BYTES, KEY_BYTES);
  const names = targetNames(targets);
  const key = zBase32.encode(identity);
  const states = openRecords(QUEUE_ROOM, queueCodec);
  const leases = openLeases(openRecords, LEASE_ROOM);
  const tell = createQueueReporter(options);
  const turns = createTurns('the publication queue');
  const now = (): number => Math.floor(millisecondsOf(clock));

  const read = async (signal?: CancelSignal): Promise<QueueState> =>
    (await states.get(key, { signal }))?.value ?? EMPTY_QUEUE;

  /** The store may ask for the change several times; the last one counts. */
  const change: LanePorts['change'] = async (how, signal) => {
    let seen: readonly [QueueState, QueueState] = [EMPTY_QUEUE, EMPTY_QUEUE];
    const apply = (before: QueueState = EMPTY_QUEUE): QueueState => {
      seen = [before, how(before)];
      return seen[1];
    };
    await states.update(key, apply, { signal });
    return seen;
  };

  const locks = new KeyLocks();
  const alone: LanePorts['alone'] = (work) => locks.with(identity, (turn) => turn, work);
  const ports: LanePorts = { clock, random, restamp, tell, read, alone, change };
  const lanes = targets.map((target) => createLane(target, ports));

  const tellStranded = createStrandedReporter(names, tell);

  function run(eager: boolean, signal: CancelSignal): Promise<void> {
    const what = 'publishing what is queued';
    return withLease({ leases, key, what, clock, random, signal }, async (lease) => {
      tellStranded(await read(signal), now());
      const ends = await Promise.allSettled(lanes.map((lane) => lane.run({ lease, signal, eager })));
      // Not before all are over: nothing is under way any more when the lease is given back.
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    });
  }

  /** A look costs one read of the store: the lease is only taken for work. */
  async function runIfDue(signal: CancelSignal): Promise<void> {
    const state = await read(signal);
    const nowMs = now();
    const dueMs = nextAttemptOf(state, names, nowMs) ?? Number.POSITIVE_INFINITY;
    tellStranded(state, nowMs);
    if (dueMs <= nowMs) await run(false, signal);
  }

  const recurring = createRecurring({
    clock,
    random,
    run: () => turns.take(undefined, runIfDue),
    async nextMs() {
      const nowMs = now();
      const lookAgainMs = nowMs + QUEUE_POLL_MS;
      return Math.min(lookAgainMs, nextAttemptOf(await read(), names, nowMs) ?? lookAgainMs);
    },
    failed: (error) => tell({ kind: 'failed', code: codeOf(error), atMs: now() }),
  });

  return {
    get identity() {
      return identity.slice();
    },
    async enqueue(publications, { signal } = {}) {
      turns.requireOpen();
      for (const publication of publications) requirePublishable(publication, identity);
      const nowMs = now();
      const targetsOf: TargetsOf = (state, each) => [...names, ...awayWith(state, each, names)];
      await change((state) => allEnqueued(state, publications, targetsOf, nowMs), signal);
      recurring.wake();
    },
    async flush({ signal } = {}) {
      await turns.take(signal, (ended) => run(true, ended));
      return statusOf(await read(), names, now());
    },
    async retryParked({ signal } = {}) {
      turns.requireOpen();
      await change((state) => unparked(state, now()), signal);
      recurring.wake();
    },
    status: async ({ signal } = {}) => statusOf(await read(signal), names, now()),
    progress: async (device, { signal } = {}) => progressOf(await read(signal), names, device),
    start() {
      turns.requireOpen();
      recurring.start();
    },
    async close() {
      recurring.stop();
      await turns.close();
    },
  };
}

function targetNames(targets: readonly PublicationTarget[]): readonly string[] {
  const names = targets.map(({ name }) => name);
  if (names.length === 0 || names.length > MAX_QUEUE_TARGETS) {
    throw new RangeError(`a queue has 1 to ${MAX_QUEUE_TARGETS} targets`);
  }
  if (new Set(names).size < names.length || !names.every((name) => TARGET_NAME.test(name))) {
    throw new TypeError('each target needs a name of its own, of 1 to 128 letters, digits and `_.:/-`');
  }
  return names;
}
