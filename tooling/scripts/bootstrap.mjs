import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './run-process.mjs';

// Nothing here, nor in what this file imports, may come from a dependency: this is what installs them.

const OLDEST_NODE = [20, 19];

/**
 * The command that runs the package manager of this repository without installing it.
 *
 * @param {string} root
 * @returns {[program: string, ...args: string[]]}
 */
function pnpmCommand(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return ['npx', '--yes', packageManager];
}

/**
 * Installs the dependencies unless those of the present lockfile are there already. All noise goes to stderr.
 *
 * @param {string} root
 * @returns {Promise<number>} the exit status: 0, or that of the failed install
 */
export async function bootstrap(root) {
  const complaint = refuseOldNode(process.versions.node);
  if (complaint !== undefined) {
    console.error(complaint);
    return 1;
  }
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.installed-lockfile');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return 0;

  const startedMs = Date.now();
  const [program, ...args] = pnpmCommand(root);
  console.error(`Installing dependencies with ${args.at(-1)} (only when the lockfile changed) …`);
  const install = [
    ...args,
    'install',
    '--frozen-lockfile',
    '--prefer-offline',
    '--config.confirmModulesPurge=false',
  ];
  const code = await runQuietly(program, install, { cwd: root });
  if (code !== 0) {
    console.error('The install failed. Is the npm registry reachable? `npm ping` tells.');
    return code;
  }
  writeFileSync(stamp, lock);
  console.error(`Installed in ${((Date.now() - startedMs) / 1000).toFixed(1)} s.`);
  return 0;
}

/**
 * Why this version of Node will not do, or nothing.
 *
 * @param {string} version
 */
export function refuseOldNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `This project needs Node ${OLDEST_NODE.join('.')} or newer; this is ${version}.`;
}
