import { createHash } from 'node:crypto';
import { ManualClock, predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { createFaultyStore } from '../../../session-store/src/testing.ts';
import type { DeriveNoiseKey } from '../../src/lifecycle/derivation-context.ts';
import type { OpenRecords } from '../../src/ports/record-store.ts';
import type { Publication, PublicationTarget } from '../../src/publications/publication.ts';
import { parseKeyRecord } from '../../src/records/key-record.ts';
import { memoryStore, recordsOn } from '../stores.ts';

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
/** 2024-12-05, as in the vectors. */
export const START_MS = 1_733_356_800_000;

/** Derives something that looks like a key. */
export const derive: DeriveNoiseKey = async (context) => ({ publicKey: keyOf(context) });

export function keyOf(context: string): Uint8Array {
  const digest = Uint8Array.from(createHash('sha256').update(`seed of a test:${context}`).digest());
  // Below 2^255 − 19, as X25519 writes keys.
  digest[31] = (digest[31] as number) & 0x3f;
  return digest;
}

/** What a target has got. */
export interface Arrival {
  readonly device: string;
  readonly kind: Publication['kind'];
  readonly record: string | undefined;
  readonly seconds: bigint | undefined;
}

/** A target that lives as long as the world, and refuses nothing. */
export class ModelTarget {
  readonly name: string;
  /** The records that stand there now. */
  readonly records = new Map<string, Arrival>();
  readonly arrivals: Arrival[] = [];

  constructor(name: string) {
    this.name = name;
  }

  take(publication: Publication): void {
    const { device, kind } = publication;
    const record = 'record' in publication ? publication.record : undefined;
    const seconds = record === undefined ? undefined : parseKeyRecord(record).timestampSeconds;
    const arrival = { device, kind, record, seconds };
    this.arrivals.push(arrival);
    if (record === undefined) this.records.delete(device);
    else this.records.set(device, arrival);
  }
}

/** What may go wrong with a call, asked as it comes. */
export type Fault = 'die before' | 'die after' | Error | undefined;

/** A process: its store and targets, until it dies. */
export interface Life {
  readonly openRecords: OpenRecords;
  readonly targets: readonly PublicationTarget[];
  readonly died: Promise<void>;
  /** Calls of store and targets so far. */
  calls(): number;
}

/** What outlives processes: the medium, the targets, time. */
export class World {
  readonly clock = new ManualClock(START_MS);
  readonly random = predictableRandomForTestingOnly(1);
  readonly store = memoryStore();
  readonly targets: readonly ModelTarget[];

  constructor(names: readonly string[] = ['homeserver', 'packet']) {
    this.targets = names.map((name) => new ModelTarget(name));
  }

  /**
   * A process begins.
   *
   * @param faultOf Asked for each call of store and targets, by its number. Of an error the call does nothing.
   */
  live(faultOf: (call: number, target: string | undefined) => Fault = () => undefined): Life {
    let calls = 0;
    let isDead = false;
    let die = (): void => {};
    const died = new Promise<void>((resolve) => {
      die = () => {
        isDead = true;
        resolve();
      };
    });
    const never = new Promise<never>(() => {});
    const store = createFaultyStore(this.store, () => {
      if (isDead) return 'die before';
      const fault = faultOf(calls++, undefined);
      if (fault instanceof Error) return 'fail';
      return fault;
    });
    store.died.then(die);
    const targets = this.targets.map(
      (target): PublicationTarget => ({
        name: target.name,
        async publish(publication) {
          if (isDead) return never;
          const fault = faultOf(calls++, target.name);
          if (fault instanceof Error) throw fault;
          if (fault === 'die before') {
            die();
            return never;
          }
          target.take(publication);
          if (fault !== 'die after') return undefined;
          die();
          return never;
        },
      }),
    );
    const openRecords = recordsOn(store, this.clock);
    return { openRecords, targets, died, calls: () => calls };
  }

  target(name: string): ModelTarget {
    const found = this.targets.find((target) => target.name === name);
    if (found === undefined) throw new Error(`there is no target ${name}`);
    return found;
  }
}
