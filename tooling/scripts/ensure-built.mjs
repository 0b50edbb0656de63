import { randomUUID } from 'node:crypto';
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';
import { compileQuietly } from './tools.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Everything that has a build. */
const BUILT = [
  ...readdirSync(join(ROOT, 'packages')).map((name) => join(ROOT, 'packages', name)),
  join(ROOT, 'apps', 'cli'),
];
const LOCK = join(ROOT, 'node_modules', '.build-lock');
const POLL_MS = 100;

/** @param {string} folder The newest change of any file below it, in milliseconds of Unix time. */
function newestChange(folder) {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  return Math.max(0, ...times);
}

/** @param {string} folder */
const stampOf = (folder) => join(folder, 'dist', '.tsbuildinfo');

/** True if everything has a build that is newer than its sources. */
function isFresh() {
  return BUILT.every((folder) => {
    const stamp = statSync(stampOf(folder), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return (
      stamp >= Math.max(statSync(join(folder, 'package.json')).mtimeMs, newestChange(join(folder, 'src')))
    );
  });
}

/** What the compiler found unchanged keeps its old time, though it was just compared with the sources. */
function renewStamps() {
  const now = new Date();
  for (const folder of BUILT) utimesSync(stampOf(folder), now, now);
}

/** @param {number} pid Whether a process of that number runs. */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * Takes the build lock, a file with the number of the process that builds; false if a living process has it. A file is
 * made in full beside its place and then linked, so nobody ever reads half a number.
 *
 * @param {string} lock
 */
function takeLock(lock) {
  const draft = `${lock}.${randomUUID()}`;
  writeFileSync(draft, `${process.pid}`);
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  // Killed in the middle of a build: whoever comes next starts over.
  const holder = holderOf(lock);
  if (holder !== undefined && !isAlive(holder)) rmSync(lock, { force: true });
  return false;
}

/** @param {string} lock The process that has it, unless it was given back meanwhile. */
function holderOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Runs `work` in one process at a time: two tools started together must not build over each other.
 *
 * @template Result
 * @param {() => Promise<Result>} work
 */
async function alone(work) {
  while (!takeLock(LOCK)) await sleep(POLL_MS);
  try {
    return await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/**
 * Installs and builds what the tools and the command line of this repository need, if it is missing or older than its
 * sources. Quiet, and quick when nothing is to be done.
 *
 * @returns {Promise<number>} the exit status: 0, or that of the step that failed and has said why
 */
export async function ensureBuilt() {
  const installed = await bootstrap(ROOT);
  // While somebody builds, what looks fresh may be half written: then wait for the lock like everybody else.
  if (installed !== 0 || (isFresh() && !existsSync(LOCK))) return installed;
  return alone(async () => {
    if (isFresh()) return 0;
    const status = await compileQuietly(ROOT);
    if (status === 0) renewStamps();
    return status;
  });
}
