import type { CancelSignal, Telemetry, TelemetryAttributes } from '@pubky-paykit/primitives';
import { ManualClock, predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import type { DurableStore } from '../../../session-store/src/index.ts';
import type { CachePolicySettings } from '../../src/cache/cache-policy.ts';
import { createKeyCache, type KeyCache } from '../../src/cache/key-cache.ts';
import type {
  DiscoverNoiseKey,
  DiscoverOptions,
  DiscoveryResult,
} from '../../src/discovery/discovery-result.ts';
import { DiscoveryError } from '../../src/errors.ts';
import type { KeyFinderEvent } from '../../src/finding/finding-events.ts';
import { createKeyFinder, type KeyFinder } from '../../src/finding/key-finder.ts';
import { isFormerDevice } from '../../src/lifecycle/former-device.ts';
import { rollBackRefusal } from '../../src/records/roll-back.ts';
import type { VerifiedKeyRecord, VerifiedRevocation } from '../../src/records/verified-key-record.ts';
import { filled } from '../bytes.ts';
import { STAMPED, verifiedKey } from '../records/key-records.ts';
import { memoryStore, recordsOn } from '../stores.ts';

export const DAY_MS = 86_400_000;
/** When all begins: the second of the records. */
export const START_MS = Number(STAMPED) * 1_000;

const QUIET = { failed: [], disagreements: [], revocations: [] } as const;

/** What a look-up comes to. */
export const result = {
  found: (record: VerifiedKeyRecord, ...revocations: VerifiedRevocation[]): DiscoveryResult => ({
    outcome: 'found',
    record,
    source: 'homeserver',
    ...QUIET,
    revocations,
  }),
  absent: { outcome: 'absent', ...QUIET } as DiscoveryResult,
  unreachable: {
    outcome: 'unreachable',
    ...QUIET,
    failed: [
      { source: 'homeserver', error: new DiscoveryError('DISCOVERY_TIMED_OUT', { what: 'it', afterMs: 1 }) },
    ],
  } as DiscoveryResult,
  revoked: (revocation: VerifiedRevocation): DiscoveryResult => ({
    outcome: 'revoked',
    revocation,
    revokedKey: revocation.revokedKey,
    source: 'homeserver',
    error: rollBackRefusal('revoked'),
    ...QUIET,
    revocations: [revocation],
  }),
  /** Somebody says so, or the discovery remembers it. */
  saidToBeRevoked: (revokedKey: Uint8Array, proof: 'signed' | 'unsigned'): DiscoveryResult => ({
    outcome: 'revoked',
    revocation: undefined,
    revokedKey,
    source: 'homeserver',
    error: new DiscoveryError('DISCOVERY_KEY_REVOKED', { proof }),
    ...QUIET,
  }),
  refused: (
    outcome: 'forged' | 'rolled-back' | 'stale' | 'weak' | 'malformed' | 'downgraded' | 'future' | 'unsigned',
  ): DiscoveryResult => ({
    outcome,
    source: 'homeserver',
    error: new DiscoveryError('DISCOVERY_KEY_RECORD_FORGED', { identity: '00' }),
    ...QUIET,
  }),
};

const standing = new Map<string, Promise<DiscoveryResult>>();

/** That the record of a former key stands under its id; keys are one byte repeated. */
function stands(device: string): Promise<DiscoveryResult> {
  const known = standing.get(device);
  if (known !== undefined) return known;
  const record = verifiedKey({ device, noiseKey: filled(Number.parseInt(device.slice(-2), 16)) });
  const answer = record.then((verified) => result.found(verified));
  standing.set(device, answer);
  return answer;
}

/** What was counted. */
export interface Counted {
  readonly name: string;
  readonly attributes: TelemetryAttributes;
}

/** A discovery of which the test says what it gives. */
export interface World {
  readonly clock: ManualClock;
  readonly store: DurableStore;
  readonly cache: KeyCache;
  readonly finder: KeyFinder;
  readonly events: KeyFinderEvent[];
  readonly counted: Counted[];
  /** The options of every look-up that was made, except of former keys, which always stand. */
  readonly lookUps: DiscoverOptions[];
  /** What look-ups give from now on, or how they come to it. */
  answer: DiscoveryResult | DiscoverNoiseKey;
  /** Another process on the same store, with the same discovery. */
  another(options?: WorldOptions): Pick<World, 'cache' | 'finder' | 'events'>;
}

export interface WorldOptions {
  readonly store?: DurableStore;
  readonly clock?: ManualClock;
  readonly policy?: CachePolicySettings;
  readonly viewMs?: number;
  readonly viewDevices?: number;
}

export function createWorld(options: WorldOptions = {}): World {
  const { store = memoryStore(), clock = new ManualClock(START_MS) } = options;
  const lookUps: DiscoverOptions[] = [];
  const counted: Counted[] = [];
  const count = (name: string, _: number, attributes: TelemetryAttributes = {}) =>
    void counted.push({ name, attributes });
  const telemetry: Telemetry = { count, record: count, span: () => ({ end() {} }) };
  const discover: DiscoverNoiseKey = async (identity, asked = {}) => {
    if (isFormerDevice(asked.device ?? '')) return stands(asked.device ?? '');
    lookUps.push(asked);
    const { answer } = world;
    return typeof answer === 'function' ? answer(identity, asked) : answer;
  };
  const process = ({ policy, viewMs, viewDevices }: WorldOptions) => {
    const cache = createKeyCache({ records: recordsOn(store, clock), clock, telemetry, viewMs, viewDevices });
    const events: KeyFinderEvent[] = [];
    const onEvent = (event: KeyFinderEvent) => void events.push(event);
    const random = predictableRandomForTestingOnly(7);
    const finder = createKeyFinder({ discover, cache, policy, clock, random, telemetry, onEvent });
    return { cache, finder, events };
  };
  const world: World = {
    clock,
    store,
    lookUps,
    counted,
    ...process(options),
    answer: result.absent,
    another: (others = {}) => process({ ...options, ...others }),
  };
  return world;
}

/** A look-up that goes on until the test ends it, or its signal does. */
export function pendingLookUp(): {
  readonly discover: DiscoverNoiseKey;
  land(result: DiscoveryResult): void;
  readonly signals: CancelSignal[];
} {
  const signals: CancelSignal[] = [];
  let land = (_: DiscoveryResult): void => {};
  const landed = new Promise<DiscoveryResult>((resolve) => {
    land = resolve;
  });
  return {
    signals,
    land: (given) => land(given),
    discover: (_, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal !== undefined) {
          signals.push(signal);
          signal.addEventListener('abort', () =>
            reject(new DiscoveryError('DISCOVERY_CANCELLED', { what: 'it' })),
          );
        }
        landed.then(resolve);
      }),
  };
}

/** Lets everything happen that waits for nothing outside. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 200; turns++) await Promise.resolve();
}
