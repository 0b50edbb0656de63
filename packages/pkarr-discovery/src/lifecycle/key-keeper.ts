import {
  type CancelSignal,
  type Clock,
  equalBytes,
  type IdentitySigner,
  type RandomSource,
  systemClock,
  systemRandom,
} from '@pubky-paykit/primitives';
import { openLeases, withLease } from '../background/lease.ts';
import { createRecurring } from '../background/recurring.ts';
import { createTurns } from '../background/turns.ts';
import { DEFAULT_DEVICE } from '../constants.ts';
import type { DiscoverNoiseKey } from '../discovery/discovery-result.ts';
import { DiscoveryError } from '../errors.ts';
import type { OpenRecords } from '../ports/record-store.ts';
import { codeOf } from '../queue/failure.ts';
import type { PublicationQueue } from '../queue/publication-queue.ts';
import { millisecondsOf } from '../records/freshness.ts';
import { identityOf } from '../records/signing.ts';
import type { DeriveNoiseKey } from './derivation-context.ts';
import { doDueWork, lookAgainMs } from './due-work.ts';
import { requireKeptDevice } from './former-device.ts';
import { createKeeperReporter, type KeeperListeners } from './keeper-events.ts';
import { currentKey, type KeyLedger, type KeySelection } from './key-ledger.ts';
import { createKeyOperations } from './key-operations.ts';
import { KEY_POLICIES, type KeyPolicy, requireKeyPolicy } from './key-policy.ts';
import { type DueAction, nextKeyAction } from './key-schedule.ts';
import { openKeyLedgers } from './ledger-codec.ts';
import { createLedgerDesk, ledgerKey } from './ledger-desk.ts';
import type { OwnersWord } from './ledger-recovery.ts';

/** What a keeper is made of. */
export interface KeyKeeperOptions extends KeeperListeners {
  /** The rooms `key-ledgers` and `keeper-leases` are used. */
  readonly openRecords: OpenRecords;
  readonly signer: IdentitySigner;
  /** `default` unless given; at most 46 characters. */
  readonly device?: string | undefined;
  readonly derive: DeriveNoiseKey;
  /** Of the same identity. The keeper fills it; start it, or flush it. */
  readonly queue: PublicationQueue;
  /**
   * Finds what is published for the own identity where there is no ledger, so that a lost one does not bring an old key
   * back. Without it a device without a ledger counts as new, and begins with its first context: say `takeOver` if it may
   * have been in use.
   */
  readonly discover?: DiscoverNoiseKey | undefined;
  /** 90 days unless given. */
  readonly policy?: KeyPolicy | undefined;
  readonly clock?: Clock | undefined;
  /** Spreads dates and retries. */
  readonly random?: RandomSource | undefined;
}

/** What ends a call of a keeper. */
export interface KeeperCall {
  readonly signal?: CancelSignal | undefined;
}

/** How the keys of a device stand. */
export interface KeeperStatus {
  /** Undefined for a device that has none yet. */
  readonly ledger: KeyLedger | undefined;
  /** What is done next, and when. */
  readonly next: DueAction | undefined;
}

/**
 * Keeps the Noise keys of one device of one identity: published, fresh, replaced in time, revoked when told. Every call
 * finishes first what another one has begun, in this process or one that died; one call at a time does its work, in all
 * processes. Publications are in the queue when a call resolves.
 *
 * Calls throw DISCOVERY_LEASE_HELD, DISCOVERY_LEDGER_CHANGED, DISCOVERY_CLOCK_BEHIND, DISCOVERY_QUEUE_FULL,
 * DISCOVERY_CANCELLED, DISCOVERY_CLOSED, DISCOVERY_TIMED_OUT if the signer or `derive` does not answer a question within 2
 * minutes, and what they and the store throw.
 */
export interface KeyKeeper {
  readonly device: string;
  /**
   * Sees to it that the device has a key: none is made if it has one, but it is said again where it is not known.
   *
   * @param call.takeOver Whether to replace what is published even if it is not ours, or cannot be told. As any of our
   *   contexts may have been revoked then, the key is of one that was never used, such as `default#183645193847`.
   * @param call.isNew Whether the device is known to be new: nobody has ever published for it, here or elsewhere. Then what
   *   nobody answers for is nothing, and the key is of the first context, which its seed alone finds again. What is found
   *   all the same counts as always.
   * @throws DISCOVERY_KEY_NOT_OURS, DISCOVERY_OWN_KEY_UNKNOWN
   */
  publish(call?: KeeperCall & OwnersWord): Promise<KeyLedger>;
  /** Signs the records of all living keys again. @throws DISCOVERY_NO_CURRENT_KEY, DISCOVERY_KEY_MISDERIVED */
  restamp(call?: KeeperCall): Promise<KeyLedger>;
  /**
   * Replaces the current key. The former one is taken for the overlap, and has to be answered with for so long.
   *
   * @throws DISCOVERY_NO_CURRENT_KEY, DISCOVERY_KEY_MISDERIVED, DISCOVERY_TOO_MANY_KEYS
   */
  rotate(call?: KeeperCall): Promise<KeyLedger>;
  /**
   * Revokes keys: all living ones, as a device that was lost or broken into has lost them all, unless told otherwise. If the
   * current one is among them it gets a successor from a new context, unless told otherwise: say `successor: false` if
   * the device, or its seed, is gone, and after DISCOVERY_CLOCK_BEHIND: without one a key can be revoked whatever the clocks
   * say. What is revoked already stays so, and is said again to targets that were not told.
   *
   * @throws DISCOVERY_KEY_NOT_IN_LEDGER, DISCOVERY_NO_CURRENT_KEY for a device that never had a key.
   */
  revoke(
    call?: KeeperCall & {
      readonly which?: KeySelection | undefined;
      readonly successor?: boolean | undefined;
    },
  ): Promise<KeyLedger>;
  /**
   * Does everything that is due by the policy, and says again what some target of the queue does not have: one that came later,
   * or of which the queue knows nothing any more; what was said again does not come again before an hour, later a day. What cannot be done keeps nothing else from being done: a key that cannot be
   * replaced is still signed again.
   *
   * @returns What is due next. @throws What the first thing failed with, after all the others.
   */
  run(call?: KeeperCall): Promise<KeeperStatus>;
  status(call?: KeeperCall): Promise<KeeperStatus>;
  /**
   * Does what is due from now on by itself, whenever it is, and looks every hour at least whether another process has changed
   * anything. Again does nothing.
   */
  start(): void;
  /** Stops, and waits for what is under way. Never rejects. The queue stays open. */
  close(): Promise<void>;
}

const LEASE_ROOM = 'keeper-leases';

/**
 * Opens the keeper of a device [O3] [O4].
 *
 * @throws DISCOVERY_BAD_DEVICE, DISCOVERY_WRONG_LENGTH
 * @throws RangeError for a policy that is none. @throws TypeError for a queue of another identity.
 * @see P8 §4.6, docs/key-lifecycle.md
 *
 * @example
 * ```ts
 * import {
 *   createKeyKeeper,
 *   type DeriveNoiseKey,
 *   type OpenRecords,
 *   type PublicationQueue,
 * } from '@pubky-paykit/pkarr-discovery';
 * import type { IdentitySigner } from '@pubky-paykit/primitives';
 * declare const openRecords: OpenRecords;
 * declare const signer: IdentitySigner;
 * declare const derive: DeriveNoiseKey;
 * declare const queue: PublicationQueue;
 * const keeper = createKeyKeeper({ openRecords, signer, derive, queue });
 * await keeper.publish();
 * await queue.flush();
 * keeper.start();
 * ```
 */
export function createKeyKeeper(options: KeyKeeperOptions): KeyKeeper {
  const { openRecords, signer, device = DEFAULT_DEVICE, derive, queue, discover } = options;
  const { policy = KEY_POLICIES.standard, clock = systemClock, random = systemRandom } = options;
  requireKeptDevice(device);
  requireKeyPolicy(policy);
  const identity = identityOf(signer);
  if (!equalBytes(queue.identity, identity)) throw new TypeError('the queue is of another identity');
  // A signer cannot become another one on the way.
  const steady: IdentitySigner = { publicKey: identity, sign: (message) => signer.sign(message) };
  const ledgers = openKeyLedgers(openRecords);
  const desk = createLedgerDesk({ ledgers, identity, device, queue, clock, random });
  const leases = openLeases(openRecords, LEASE_ROOM);
  const tell = createKeeperReporter(options);
  const given = { desk, signer: steady, device, derive, discover, clock, random, tell };
  const operations = createKeyOperations(given);
  const turns = createTurns('the key keeper');
  const now = (): number => Math.floor(millisecondsOf(clock));

  function alone<Result>(
    { signal }: KeeperCall,
    work: (signal: CancelSignal) => Promise<Result>,
  ): Promise<Result> {
    return turns.take(signal, (ended) => {
      const lease = { leases, key: ledgerKey(identity, device), what: 'keeping the keys of the device' };
      return withLease({ ...lease, clock, random, signal: ended }, () => work(ended));
    });
  }

  const nextOf = (ledger: KeyLedger | undefined) => nextKeyAction(ledger, policy, now());
  const doDue = (signal: CancelSignal) => doDueWork({ operations, policy, now }, signal);

  async function status({ signal }: KeeperCall = {}): Promise<KeeperStatus> {
    const ledger = await desk.read(signal);
    return { ledger, next: nextOf(ledger) };
  }

  const recurring = createRecurring({
    clock,
    random,
    run: async () => void (await alone({}, doDue)),
    async nextMs() {
      return lookAgainMs((await status()).next, now(), random);
    },
    failed: (error) => tell({ kind: 'failed', device, code: codeOf(error), atMs: now() }),
  });

  /** Alone, and what is due next is looked at anew: another date, or what is left of a call that failed. */
  async function changing<Result>(
    call: KeeperCall,
    work: (signal: CancelSignal) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await alone(call, work);
    } finally {
      recurring.wake();
    }
  }

  return {
    device,
    publish: ({ signal, ...word } = {}) =>
      changing({ signal }, async (ended) => {
        const ledger = await operations.open(word, ended);
        if (currentKey(ledger) === undefined) return operations.create(ledger, ended);
        return operations.restate(ledger, ended, true);
      }),
    restamp: (call = {}) =>
      changing(call, async (ended) => operations.restamp(await operations.open({}, ended), ended)),
    rotate: (call = {}) =>
      changing(call, async (ended) => operations.rotate(await operations.open({}, ended), ended)),
    revoke: ({ which = 'all', successor = true, signal } = {}) =>
      changing({ signal }, async (ended) => {
        const ledger = await operations.open({}, ended, true);
        if (ledger.keys.length === 0) throw new DiscoveryError('DISCOVERY_NO_CURRENT_KEY', { device });
        return operations.revoke(ledger, which, successor, ended);
      }),
    async run(call = {}) {
      const ledger = await changing(call, doDue);
      return { ledger, next: nextOf(ledger) };
    },
    status,
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
