import {
  type CancelSignal,
  type Clock,
  type IdentitySigner,
  type RandomSource,
  zBase32,
} from '@pubky-paykit/primitives';
import { MAX_JITTER } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { codeOf } from '../queue/failure.ts';
import type { PublicationQueue } from '../queue/publication-queue.ts';
import type { TargetProgress } from '../queue/queue-status.ts';
import { millisecondsOf } from '../records/freshness.ts';
import type { KeyLedger } from './key-ledger.ts';
import type { KeyPlan } from './key-plan.ts';
import { type ProgressOf, withProgress } from './ledger-progress.ts';
import { outboxAfter } from './outbox.ts';
import { signStatements } from './sign-statements.ts';

/** Where the ledger of one device is kept and its publications go. */
export interface LedgerDeskOptions {
  readonly ledgers: RecordStore<KeyLedger>;
  /** 32 bytes, Ed25519. */
  readonly identity: Uint8Array;
  readonly device: string;
  readonly queue: Pick<PublicationQueue, 'enqueue' | 'progress'>;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** What ends the carrying out of a plan, and who is told of it. */
export interface CarryOutCall {
  readonly signal: CancelSignal;
  /** Called once the ledger says it, before it is handed over: that is done later if it fails. */
  readonly written: () => void;
}

/**
 * Changes the ledger of a device so that a crash at any instruction loses nothing: first the ledger says what is signed
 * and to be published; then the queue takes it; then the ledger forgets it. Whoever comes next goes on where that ended.
 */
export interface LedgerDesk {
  read(signal?: CancelSignal): Promise<KeyLedger | undefined>;
  /**
   * The ledger with everything handed over that it still had, and with what has been published since noted.
   *
   * @param mayWait Whether to go on where the queue is full: what it does not take is handed over with what comes next.
   */
  settle(signal: CancelSignal, mayWait?: boolean): Promise<KeyLedger | undefined>;
  /** What the targets have of a device id. */
  progress(device: string, signal: CancelSignal): Promise<readonly TargetProgress[]>;
  /** Writes a ledger in the place of the one it was made of. @throws DISCOVERY_LEDGER_CHANGED if that is another one by now. */
  commit(before: KeyLedger | undefined, after: KeyLedger, signal: CancelSignal): Promise<KeyLedger>;
  /** Has a plan signed, writes it down and hands it over. @throws DISCOVERY_LEDGER_CHANGED, what signer and queue throw. */
  carryOut(before: KeyLedger, plan: KeyPlan, signer: IdentitySigner, call: CarryOutCall): Promise<KeyLedger>;
}

/** The key of a ledger in its room. */
export function ledgerKey(identity: Uint8Array, device: string): string {
  return `${zBase32.encode(identity)}/${device}`;
}

/** A number that spreads the next dates, 0 to 65 535. */
export function drawJitter(random: RandomSource): number {
  const [high = 0, low = 0] = random.bytes(2);
  return ((high << 8) | low) & MAX_JITTER;
}

/** Opens the desk of one device. */
export function createLedgerDesk({
  ledgers,
  identity,
  device,
  queue,
  clock,
  random,
}: LedgerDeskOptions): LedgerDesk {
  const key = ledgerKey(identity, device);

  async function read(signal?: CancelSignal): Promise<KeyLedger | undefined> {
    return (await ledgers.get(key, { signal }))?.value;
  }

  async function commit(
    before: KeyLedger | undefined,
    after: KeyLedger,
    signal: CancelSignal,
  ): Promise<KeyLedger> {
    const revision = before?.revision ?? 0;
    const written: KeyLedger = { ...after, revision: revision + 1 };
    const change = (current: KeyLedger | undefined): KeyLedger => {
      if ((current?.revision ?? 0) === revision) return written;
      throw new DiscoveryError('DISCOVERY_LEDGER_CHANGED', { device });
    };
    await ledgers.update(key, change, { signal });
    return written;
  }

  async function handOver(ledger: KeyLedger, signal: CancelSignal): Promise<KeyLedger> {
    if (ledger.outbox.length === 0) return ledger;
    await queue.enqueue(ledger.outbox, { signal });
    return commit(ledger, { ...ledger, outbox: [] }, signal);
  }

  return {
    read,
    commit,
    progress: (asked, signal) => queue.progress(asked, { signal }),
    async settle(signal, mayWait = false) {
      const found = await read(signal);
      if (found === undefined) return undefined;
      const ledger = await handOver(found, signal).catch((error) => {
        if (mayWait && codeOf(error) === 'DISCOVERY_QUEUE_FULL') return found;
        throw error;
      });
      const progressOf: ProgressOf = (asked) => queue.progress(asked, { signal });
      const noted = await withProgress(ledger, progressOf, Math.floor(millisecondsOf(clock)));
      return noted === ledger ? ledger : commit(ledger, noted, signal);
    },
    async carryOut(before, plan, signer, { signal, written }) {
      const signed = await signStatements(signer, plan.statements);
      const outbox = outboxAfter(plan.ledger.outbox, signed, device);
      const planned = { ...plan.ledger, outbox, jitter: drawJitter(random) };
      const after = await commit(before.revision === 0 ? undefined : before, planned, signal);
      written();
      return handOver(after, signal);
    },
  };
}
