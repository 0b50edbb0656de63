import { writeSync } from 'node:fs';
import { openLevelStore } from '../../../src/level/index.ts';

/** Opens the store and keeps it until it is killed. */
await openLevelStore({ location: process.argv[2] as string });
writeSync(1, 'open\n');
setInterval(() => {}, 60_000);
