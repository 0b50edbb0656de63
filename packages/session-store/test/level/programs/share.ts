import { writeSync } from 'node:fs';
import { openSharedLevelStore } from '../../../src/level/index.ts';
import { countIn, nextCommit } from '../kill-scenario.ts';

/** Writes for its writers beside other processes until it is killed; each line is a commit that was acknowledged. */
const [location, ...writers] = process.argv.slice(2) as [string, ...string[]];
const store = await openSharedLevelStore({ location });
await Promise.all(
  writers.map(async (writer) => {
    for (let count = await countIn(store, writer); ; count++) {
      const { operations, expect } = await nextCommit(store, writer, count + 1);
      writeSync(1, `${writer} ${count + 1} ${await store.commit(operations, { expect })}\n`);
    }
  }),
);
