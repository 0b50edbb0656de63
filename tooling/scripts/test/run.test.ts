import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refuseOldNode } from '../bootstrap.mjs';
import { CHECKS } from '../checks.mjs';
import { addTallies, formatTally, tallyVitest } from '../tally.mjs';
import { TASKS } from '../tasks.mjs';
import { installedPnpm } from '../tools.mjs';
import { REPOSITORY_ROOT } from '../workspace.mjs';

const NO_TESTS = {
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
};

function run(...args: string[]) {
  return spawnSync(process.execPath, [join(REPOSITORY_ROOT, 'tooling/scripts/run.mjs'), ...args], {
    encoding: 'utf8',
  });
}

describe('run.mjs', () => {
  it('stands behind every npm script [Q1]', () => {
    const { scripts } = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'package.json'), 'utf8'));
    expect(Object.keys(scripts).sort()).toEqual(TASKS.map(({ name }) => name).sort());
  });

  it('lists the tasks, and refuses one it does not know', () => {
    expect(run('--help').stdout).toContain('npm run TASK');
    const unknown = run('tset');
    expect([unknown.status, unknown.stdout]).toEqual([2, '']);
    expect(unknown.stderr).toContain('no task called tset');
  });
});

describe('the package manager', () => {
  it('is of the same version when installed and when it installs', () => {
    const { packageManager } = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'package.json'), 'utf8'));
    const installed = spawnSync(installedPnpm(REPOSITORY_ROOT), ['--version'], { encoding: 'utf8' });
    expect(`pnpm@${installed.stdout.trim()}`).toBe(packageManager);
  });
});

describe('CHECKS', () => {
  it('loads every check it lists', async () => {
    for (const { load } of CHECKS) expect(await load()).toBeTypeOf('function');
  });
});

describe('refuseOldNode', () => {
  it('refuses what is older than 20.19 and nothing else [Q4]', () => {
    expect(['18.20.0', '20.18.3'].map(refuseOldNode)).toEqual([expect.any(String), expect.any(String)]);
    expect(['20.19.0', '22.0.0', '24.21.0'].map(refuseOldNode)).toEqual([undefined, undefined, undefined]);
  });
});

describe('tallyVitest', () => {
  it('counts tests, and tells skipped ones apart', () => {
    const report = { ...NO_TESTS, numPassedTests: 5, numPendingTests: 1, numTodoTests: 1 };
    expect(tallyVitest(report, 0)).toEqual({ passed: 5, failed: 0, skipped: 2 });
  });

  it('counts a file that broke before its tests as one failure', () => {
    const report = { ...NO_TESTS, testResults: [{ status: 'failed', assertionResults: [] }] };
    expect(tallyVitest(report, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('never calls a run green that vitest calls red [Q1]', () => {
    expect(tallyVitest({ ...NO_TESTS, numPassedTests: 5 }, 1).failed).toBe(1);
    expect(tallyVitest(undefined, 0).failed).toBe(1);
  });
});

describe('formatTally', () => {
  it('leaves out what was not skipped', () => {
    const one = { passed: 1, failed: 2, skipped: 0 };
    expect(formatTally(one)).toBe('1 passed, 2 failed');
    expect(formatTally(addTallies([one, { ...one, skipped: 3 }]))).toBe('2 passed, 4 failed, 3 skipped');
  });
});
