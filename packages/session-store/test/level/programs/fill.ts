import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { openLevelStore } from '../../../src/level/index.ts';

/** Writes until the medium fails, then tries to go on with room again; says what came of each commit. */
const MOST = 1_000;
const VALUE_BYTES = 20_000;

const store = await openLevelStore({ location: process.argv[2] as string });
let failures = 0;
for (let at = 0; at < MOST && failures < 3; at++) {
  const value = new Uint8Array(VALUE_BYTES).fill(at);
  const outcome = await store.commit([{ type: 'put', key: `k/${at}`, value }]).then(
    () => 'done',
    ({ code, context }) => `${code} ${context.because}`,
  );
  if (outcome !== 'done') {
    failures += 1;
    spawnSync('prlimit', ['--fsize=unlimited', '--pid', `${process.pid}`]);
  }
  writeSync(1, `${at} ${outcome}\n`);
}
await store.get('k/0').catch(({ code }) => writeSync(1, `reading ${code}\n`));
await store.close();
writeSync(1, 'closed\n');
