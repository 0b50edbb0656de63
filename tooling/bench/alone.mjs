import { spawnSync } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * Runs a script in a process of its own, where nothing else takes time or moves the heap, with `gc()` to call.
 *
 * @param {string} script its `import.meta.url`; it calls {@link answerAlone}
 * @param {readonly (string | number)[]} args
 * @returns {any} what its work came to
 */
export function runAlone(script, args) {
  const argv = ['--expose-gc', fileURLToPath(script), ...args.map(String)];
  const child = spawnSync(process.execPath, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.status !== 0) throw new Error(`${argv.join(' ')} ended with ${child.status ?? child.signal}`);
  return JSON.parse(child.stdout);
}

/**
 * In the process that {@link runAlone} has started for a script: does the work and prints what it comes to. Nothing in
 * every other process, where the script is only imported.
 *
 * @param {string} script its `import.meta.url`
 * @param {(...args: string[]) => unknown} work
 */
export async function answerAlone(script, work) {
  if (process.argv[1] !== fileURLToPath(script)) return;
  console.log(JSON.stringify(await work(...process.argv.slice(2))));
}

const SETTLING_PASSES = 3;

/** What is alive, in bytes. Takes some milliseconds, and a process of {@link runAlone}. */
export async function settledMemory() {
  for (let pass = 0; pass < SETTLING_PASSES; pass++) {
    globalThis.gc?.();
    // Finalizers run between two turns, and let go of more.
    await setImmediate();
  }
  return process.memoryUsage();
}
