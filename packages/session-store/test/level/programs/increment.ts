import { writeSync } from 'node:fs';
import { openLevelStore } from '../../../src/level/index.ts';
import { countIn, nextCommit, WRITERS } from '../kill-scenario.ts';

/** Writes until it is killed; each line on the standard output is a commit that the store has acknowledged. */
const location = process.argv[2] as string;
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

say('opening');
const store = await openLevelStore({ location });
await Promise.all(
  WRITERS.map(async (writer) => {
    for (let count = await countIn(store, writer); ; count++) {
      const { operations, expect } = await nextCommit(store, writer, count + 1);
      say(`${writer} ${count + 1} ${await store.commit(operations, { expect })}`);
    }
  }),
);
