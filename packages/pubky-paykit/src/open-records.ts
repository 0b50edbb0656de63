import type { OpenRecords } from '@pubky-paykit/pkarr-discovery';
import type { Clock, RandomSource } from '@pubky-paykit/primitives';
import { type DurableStore, recordStore, subStore } from '@pubky-paykit/session-store';

/** Rooms for the records of discovery in a store: each of its parts has a room of its own. The store is borrowed. */
export function openRecordsIn(
  store: DurableStore,
  parts: { readonly clock?: Clock | undefined; readonly random?: RandomSource | undefined } = {},
): OpenRecords {
  return (room, codec) => recordStore(subStore(store, room), codec, parts);
}
