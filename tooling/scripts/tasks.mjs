import { ensureBuilt } from './ensure-built.mjs';
import { checkTask } from './task-check.mjs';
import { TYPE_TESTS, testTask } from './task-test.mjs';
import { buildPackages, runScript, runTool } from './tools.mjs';

const CLI_MAIN = 'apps/cli/dist/main.js';

/**
 * One word of `npm run`.
 *
 * @typedef {object} Task
 * @property {string} name
 * @property {string} does
 * @property {(root: string, args: readonly string[]) => Promise<number>} run returns the exit status
 */

/** @type {readonly Task[]} */
export const TASKS = [
  {
    name: 'demo',
    does: 'two processes on this machine pay each other over an encrypted connection',
    run: async (root, args) => (await ensureBuilt()) || runScript(root, CLI_MAIN, ['demo', ...args]),
  },
  {
    name: 'test',
    does: 'every test and the type tests, on the sources; arguments go to vitest',
    run: testTask,
  },
  {
    name: 'build',
    does: 'every package into its dist folder',
    run: (root) => buildPackages(root),
  },
  {
    name: 'bench',
    does: 'measurements against peers, as ratios; -- --smoke runs each case once',
    run: async (root, args) => (await ensureBuilt()) || runScript(root, 'tooling/bench/run.mjs', args),
  },
  {
    name: 'lint',
    does: 'biome, changing nothing',
    run: (root, args) => runTool(root, 'biome', ['check', '--error-on-warnings', ...args]),
  },
  {
    name: 'format',
    does: 'biome, rewriting what it can put right',
    run: (root, args) => runTool(root, 'biome', ['check', '--write', ...args]),
  },
  {
    name: 'types',
    does: 'the types of every source and of every test',
    run: async (root) => (await runTool(root, 'tsc', ['--build'])) || runTool(root, 'tsc', TYPE_TESTS),
  },
  {
    name: 'check',
    does: 'the static checks; -- NAME … runs some, -- --help lists them',
    run: checkTask,
  },
  {
    name: 'docs',
    does: 'the API reference, into docs/api',
    run: async (root) => (await ensureBuilt()) || runScript(root, 'tooling/docs/build.mjs', []),
  },
  {
    name: 'paykit',
    does: 'the command line: npm run -s paykit -- ARGS',
    run: async (root, args) => (await ensureBuilt()) || runScript(root, CLI_MAIN, args),
  },
];
