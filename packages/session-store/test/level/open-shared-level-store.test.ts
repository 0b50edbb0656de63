import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { openLevelStore, openSharedLevelStore } from '../../src/level/index.ts';
import { storeConformance, storeReopenConformance } from '../../src/testing.ts';
import { codeOf } from '../outcome.ts';
import { buildProgram, start } from './child.ts';
import { temporaryFolder } from './folder.ts';
import { countIn, WRITERS } from './kill-scenario.ts';
import { settled } from './settled.ts';

const ONE = { type: 'put', key: 'a', value: Uint8Array.of(1) } as const;

describe('openSharedLevelStore', () => {
  for (const { name, run } of storeConformance) {
    it(name, () => run(() => openSharedLevelStore({ location: temporaryFolder() })));
  }
  for (const { name, run } of storeReopenConformance) {
    it(`[S5.2] ${name}`, () => {
      const location = temporaryFolder();
      return run(() => ({ open: () => openSharedLevelStore({ location }) }));
    });
  }

  it('keeps nobody out who shares it, and lets go of it for whoever wants it alone', async () => {
    const location = temporaryFolder();
    const [one, other] = await Promise.all([1, 2].map(() => openSharedLevelStore({ location })));
    if (one === undefined || other === undefined) throw new Error('they are open');
    const version = await one.commit([ONE]);
    expect((await other.get('a'))?.version).toBe(version);
    await other.commit([{ type: 'delete', key: 'a' }], { expect: [{ key: 'a', version }] });
    const late = one.commit([ONE], { expect: [{ key: 'a', version }] });
    expect(await codeOf(late)).toBe('STORE_CONFLICT');
    await Promise.all([one.close(), other.close()]);
    await (await openLevelStore({ location })).close();
  });

  it('[O8] says when it is opened that the folder is not to be had', async () => {
    const location = temporaryFolder();
    const holder = await openLevelStore({ location });
    const clock = new ManualClock();
    let isOver = false;
    const code = codeOf(openSharedLevelStore({ location, clock, timeoutMs: 50 })).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      // Not while the system is asked: only the pause before the next attempt passes.
      if (clock.pending > 1) clock.advance(1);
      await settled();
    }
    expect(await code).toBe('STORE_LOCKED');
    await holder.close();
  });

  it('opens nothing in the place of its folder that is older than what it has seen', async () => {
    const location = join(temporaryFolder(), 'store');
    const copy = join(temporaryFolder(), 'copy');
    const clock = new ManualClock();
    const store = await openSharedLevelStore({ location, clock });
    await store.commit([ONE]);
    clock.advance(1_000);
    // Whoever gets it alone finds it closed, and nobody else opens it meanwhile.
    const before = await openSharedLevelStore({ location });
    await before.close();
    cpSync(location, copy, { recursive: true });
    const version = await store.commit([ONE]);
    expect((await store.get('a'))?.version).toBe(version);
    clock.advance(1_000);
    const after = await openSharedLevelStore({ location });
    await after.close();
    rmSync(location, { recursive: true });
    cpSync(copy, location, { recursive: true });
    expect(await codeOf(store.get('a'))).toBe('STORE_CORRUPTED');
    expect(await codeOf(store.commit([ONE]))).toBe('STORE_CORRUPTED');
    await store.close();
  });

  const KILLS = effort(12);
  it.each([
    ['that stay open', 'share'],
    ['that open and close all the time', 'reopen'],
  ])(
    `[S5.2] [F2] of two processes with stores %s, ${KILLS} deaths of one neither harm nor stop the other`,
    async (_, name) => {
      const [location, program] = [temporaryFolder(), await buildProgram(name)];
      const acknowledged = new Map<string, number>();
      const versions: string[] = [];
      let shared = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const children = [WRITERS.slice(0, 2), WRITERS.slice(2)].map((writers) =>
          start(program, [location, ...writers]),
        );
        const [victim, other] = kill % 2 === 0 ? children : [...children].reverse();
        if (victim === undefined || other === undefined) throw new Error('both are started');
        await victim.hasSaid(3 + 7 * kill);
        victim.process.kill('SIGKILL');
        await victim.over;
        await other.hasSaid(other.lines().length + 12);
        other.process.kill('SIGKILL');
        await other.over;
        for (const child of children) {
          expect((await child.over).errors).toBe('');
          for (const line of child.lines()) {
            const [writer, count, version] = line.split(' ') as [string, string, string];
            acknowledged.set(writer, Number(count));
            versions.push(version);
            shared += 1;
          }
        }
        const store = await openLevelStore({ location });
        for (const writer of WRITERS) {
          const count = await countIn(store, writer);
          expect(count - (acknowledged.get(writer) ?? 0), `of ${writer} after kill ${kill}`).toBeOneOf([
            0, 1,
          ]);
          acknowledged.set(writer, count);
        }
        await store.close();
      }
      expect(shared).toBeGreaterThan(0);
      expect(new Set(versions).size, 'no version was given twice').toBe(versions.length);
    },
    240_000,
  );

  it('[S5.2] two processes lose none of their changes of one entry', async () => {
    const [location, program] = [temporaryFolder(), await buildProgram('count')];
    const children = [1, 2].map(() => start(program, [location, '40']));
    for (const { over } of children) expect(await over).toEqual({ status: 0, errors: '' });
    const store = await openSharedLevelStore({ location });
    expect((await store.get('count'))?.value).toEqual(Uint8Array.of(80));
    await store.close();
  }, 60_000);
});
