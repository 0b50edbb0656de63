import { delimiter, join } from 'node:path';
import { runProcess, runQuietly } from './run-process.mjs';

// Straight from node_modules: starting a package runner would cost a second each time.

const PNPM_FOLDER = join('tooling', 'scripts', 'node_modules', '.bin');

/**
 * The installed package manager: unlike the bootstrap's, it starts without a look at the registry.
 *
 * @param {string} root
 */
export function installedPnpm(root) {
  return join(root, PNPM_FOLDER, 'pnpm');
}

/**
 * Runs an installed tool.
 *
 * @param {string} root
 * @param {string} name as in node_modules/.bin
 * @param {readonly string[]} args
 */
export async function runTool(root, name, args) {
  const { code } = await runProcess(join(root, 'node_modules', '.bin', name), args, { cwd: root });
  return code;
}

/**
 * Runs a script with this Node.
 *
 * @param {string} root
 * @param {string} script relative to the root
 * @param {readonly string[]} args
 */
export async function runScript(root, script, args) {
  const { code } = await runProcess(process.execPath, [join(root, script), ...args], { cwd: root });
  return code;
}

/**
 * A search path with the package manager on it, which turbo starts every build through.
 *
 * @param {string} root
 */
function pathWithPnpm(root) {
  return [join(root, PNPM_FOLDER), process.env['PATH']].join(delimiter);
}

/**
 * Builds every package through turbo, each by its own script and from the cache where nothing changed.
 *
 * @param {string} root
 */
export function buildPackages(root) {
  const args = ['run', 'build', '--output-logs=errors-only', '--no-update-notifier'];
  const env = { TURBO_TELEMETRY_DISABLED: '1', PATH: pathWithPnpm(root) };
  return runQuietly(join(root, 'node_modules', '.bin', 'turbo'), args, { cwd: root, env });
}

/**
 * Brings every `dist` up to date with one compiler run, which takes a second where starting a script in each package
 * takes ten, and says nothing unless that fails. For the tools that only need the result.
 *
 * @param {string} root
 */
export function compileQuietly(root) {
  return runQuietly(join(root, 'node_modules', '.bin', 'tsc'), ['--build'], { cwd: root });
}
