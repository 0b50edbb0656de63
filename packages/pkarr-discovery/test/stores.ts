import type { Clock } from '@pubky-paykit/primitives';
import {
  createMemoryStore,
  type DurableStore,
  recordStore,
  subStore,
} from '../../session-store/src/index.ts';
import type { OpenRecords } from '../src/ports/record-store.ts';

/** The real thing: what the umbrella plugs in. */
export function recordsOn(store: DurableStore, clock?: Clock): OpenRecords {
  return (room, codec) => recordStore(subStore(store, room), codec, { clock });
}

/** A store in memory. */
export function memoryStore(): DurableStore {
  return createMemoryStore();
}
