import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Everything that has a build. */
const BUILT = [
  ...readdirSync(join(ROOT, 'packages')).map((name) => join(ROOT, 'packages', name)),
  join(ROOT, 'apps', 'cli'),
];
/** A build takes seconds; a lock this old was left behind by a process that was killed. */
const STALE_LOCK_MS = 300_000;
const POLL_MS = 100;

/** @param {string} folder The newest change of any file below it, in milliseconds of Unix time. */
function newestChange(folder) {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  return Math.max(0, ...times);
}

/** True if everything has a build that is newer than its sources. */
function isFresh() {
  return BUILT.every((folder) => {
    const stamp = statSync(join(folder, 'dist', '.tsbuildinfo'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return (
      stamp >= Math.max(statSync(join(folder, 'package.json')).mtimeMs, newestChange(join(folder, 'src')))
    );
  });
}

/**
 * Runs `work` in one process at a time: two tools started together must not build over each other.
 *
 * @param {() => Promise<void>} work
 */
async function alone(work) {
  const lock = join(ROOT, 'node_modules', '.build-lock');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
      if (since !== undefined && Date.now() - since > STALE_LOCK_MS)
        rmSync(lock, { recursive: true, force: true });
      else await sleep(POLL_MS);
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/**
 * Installs and builds what the tools and the command line of this repository need, if it is missing or older than its
 * sources. Quiet, and quick when nothing is to be done. Ends the process if it cannot be done.
 */
export async function ensureBuilt() {
  const installed = await bootstrap(ROOT);
  if (installed !== 0) process.exit(installed);
  if (isFresh()) return;
  await alone(async () => {
    if (isFresh()) return;
    const { buildQuietly } = await import('./tools.mjs');
    const built = await buildQuietly(ROOT);
    if (built !== 0) process.exit(built);
  });
}
