import { ManualClock } from '@pubky-paykit/primitives/testing';
import type { DurableStore } from '../../../session-store/src/index.ts';
import { createFaultyStore, type StoreCall, type StoreFault } from '../../../session-store/src/testing.ts';
import { createKeyCache, type KeyCache, type KeyCacheOptions } from '../../src/cache/key-cache.ts';
import type { ListedKey } from '../../src/cache/key-upkeep.ts';
import { filled } from '../bytes.ts';
import { DEVICE, OWNER, STAMPED, verifiedKey, verifiedRevocation } from '../records/key-records.ts';
import { memoryStore, recordsOn } from '../stores.ts';

export const DAY_MS = 86_400_000;
export const NOW_MS = Number(STAMPED) * 1_000;
export const PEER = OWNER.publicKey;
export const [A, B] = [filled(3), filled(4)];
/** So many days after the records of others. */
export const at = (days: number) => ({ timestampSeconds: STAMPED + BigInt(days * 86_400) });
export const RECORD_A = await verifiedKey({ noiseKey: A, ...at(-1) });
export const RECORD_B = await verifiedKey({ noiseKey: B });
export const NO_A = await verifiedRevocation({ noiseKey: A });
export const FREQUENT = { contact: 'frequent' } as const;
/** A handshake with that key. */
export const shown = (noiseKey: Uint8Array) => ({ kind: 'handshake', noiseKey }) as const;

export interface Setting extends Omit<KeyCacheOptions, 'records' | 'clock'> {
  readonly store?: DurableStore;
  readonly clock?: ManualClock;
}

/** A cache on a store. */
export function open({ store = memoryStore(), clock = new ManualClock(NOW_MS), ...options }: Setting = {}) {
  const cache = createKeyCache({ records: recordsOn(store, clock), clock, ...options });
  return { store, clock, cache };
}

/** A store that counts its calls, of which a test says what goes wrong. */
export function watched(
  faultOf: (call: StoreCall) => StoreFault | undefined = () => undefined,
  clock = new ManualClock(NOW_MS),
) {
  const store = createFaultyStore(memoryStore(), faultOf, { clock });
  const calls = (method: string) => store.calls.filter((call) => call.method === method).length;
  return { ...open({ store, clock }), calls };
}

export const stateIn = async (cache: KeyCache, device = DEVICE) =>
  (await cache.read(PEER, device)).entry.state;

export async function listed(cache: KeyCache): Promise<ListedKey[]> {
  const all: ListedKey[] = [];
  for await (const one of cache.list()) all.push(one);
  return all;
}
