import { existsSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runProcess } from './run-process.mjs';
import { addTallies, formatTally, tallyVitest } from './tally.mjs';

/** The type tests: every test file, every `.test-d.ts` and every script against the sources. */
export const TYPE_TESTS = ['--project', 'tooling/tsconfig/tests.json', '--noEmit'];

/**
 * Runs every test and the type tests on the sources; nothing has to be built.
 *
 * @param {string} root
 * @param {readonly string[]} args passed on to vitest
 * @returns {Promise<number>} the exit status
 */
export async function testTask(root, args) {
  const tests = await runVitest(root, args);
  const types = await runTypeTests(root);
  const total = addTallies([tests, types]);
  console.log(`\n${formatTally(total)}`);
  return total.failed === 0 ? 0 : 1;
}

/**
 * Uses every core, where vitest would leave one idle: on two cores that halves the time.
 *
 * @param {string} root
 * @param {readonly string[]} args
 */
async function runVitest(root, args) {
  // Kept, since vitest prints where it is; replaced by the next run.
  const report = join(root, 'node_modules', '.cache', 'tests.json');
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { code } = await runProcess(process.execPath, [vitest, 'run', ...reporters, ...args], {
    cwd: root,
    env: { VITEST_MAX_WORKERS: process.env['VITEST_MAX_WORKERS'] ?? `${availableParallelism()}` },
  });
  const written = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  return tallyVitest(written, code);
}

/** @param {string} root */
async function runTypeTests(root) {
  const startedMs = Date.now();
  const { code } = await runProcess(join(root, 'node_modules', '.bin', 'tsc'), TYPE_TESTS, { cwd: root });
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  console.log(`Type tests ${code === 0 ? 'passed' : 'failed'} in ${seconds} s`);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}
