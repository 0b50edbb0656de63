import { writeSync } from 'node:fs';
import { openSharedLevelStore } from '../../../src/level/index.ts';
import { countIn, nextCommit } from '../kill-scenario.ts';

/** Like `share`, but each commit is made by a store that is opened for it, as by commands that come and go. */
const [location, ...writers] = process.argv.slice(2) as [string, ...string[]];
for (;;) {
  for (const writer of writers) {
    const store = await openSharedLevelStore({ location });
    const count = await countIn(store, writer);
    const { operations, expect } = await nextCommit(store, writer, count + 1);
    writeSync(1, `${writer} ${count + 1} ${await store.commit(operations, { expect })}\n`);
    await store.close();
  }
}
