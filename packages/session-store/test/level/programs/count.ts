import { openSharedLevelStore } from '../../../src/level/index.ts';
import { recordStore } from '../../../src/views/record-store.ts';

/** Counts on in an entry that others count on in, too. */
const [location, times] = process.argv.slice(2) as [string, string];
const store = await openSharedLevelStore({ location });
const counts = recordStore<number>(store, {
  encode: (count) => Uint8Array.of(count),
  decode: ([count = 0]) => count,
});
for (let turn = 0; turn < Number(times); turn++) await counts.update('count', (count = 0) => count + 1);
await store.close();
