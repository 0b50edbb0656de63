import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { openLevelStore } from '../../src/level/index.ts';
import { buildProgram, start } from './child.ts';
import { temporaryFolder } from './folder.ts';
import { countIn, WRITERS } from './kill-scenario.ts';

const KILLS = effort(40);
/** The moment of a kill is a random number of lines; the child goes on while they travel, so it dies anywhere. */
const MAX_LINES = 400;
/** So often it is the first line: the child is opening the store then. */
const OPENING_EVERY = 4;

describe('openLevelStore', () => {
  it(`[S5.2] [F2] loses no acknowledged commit and shows no half one after ${KILLS} kills`, async () => {
    const [location, program] = [temporaryFolder(), await buildProgram('increment')];
    const acknowledged = new Map<string, number>();
    const versions = new Set<string>();
    let commits = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const child = start(program, [location]);
      await child.hasSaid(kill % OPENING_EVERY === 1 ? 1 : randomInt(2, MAX_LINES));
      child.process.kill('SIGKILL');
      const { errors } = await child.over;
      expect(errors).toBe('');
      for (const line of child.lines().slice(1)) {
        const [writer, count, version] = line.split(' ') as [string, string, string];
        acknowledged.set(writer, Number(count));
        versions.add(version);
        commits += 1;
      }
      const store = await openLevelStore({ location });
      for (const writer of WRITERS) {
        const count = await countIn(store, writer);
        const least = acknowledged.get(writer) ?? 0;
        // One commit of each writer may have been written and not acknowledged.
        expect(count - least, `of ${writer} after kill ${kill}`).toBeOneOf([0, 1]);
        acknowledged.set(writer, count);
      }
      await store.close();
    }
    expect(commits).toBeGreaterThan(0);
    expect(versions.size, 'no version was given twice').toBe(commits);
  }, 240_000);
});
