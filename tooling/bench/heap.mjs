import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CANDIDATES } from './candidates/index.mjs';

/**
 * What one endpoint of a finished XX session keeps alive, in bytes.
 *
 * @typedef {object} Weight
 * @property {string} name
 * @property {number} sessions
 * @property {number} heapBytes on the JavaScript heap
 * @property {number} externalBytes outside of it: array buffers and native memory
 */

/**
 * Weighs the sessions of a candidate in a process of its own, where nothing else moves the heap.
 *
 * @param {string} name
 * @param {number} sessions
 * @returns {Weight}
 */
export function weighSessions(name, sessions) {
  const script = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, ['--expose-gc', script, name, String(sessions)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`weighing ${name} ended with ${child.status ?? child.signal}`);
  return JSON.parse(child.stdout);
}

/** Enough for the engine to compile and for one-time tables to exist before the first weighing. */
const WARM_UP_SESSIONS = 500;

/**
 * @param {string} name
 * @param {number} sessions
 * @returns {Weight}
 */
function weighHere(name, sessions) {
  const connect = CANDIDATES.find((candidate) => candidate.name === name)?.handshakes['XX']?.();
  if (connect === undefined) throw new Error(`${name} has no XX`);
  for (let index = 0; index < Math.min(WARM_UP_SESSIONS, sessions); index++) connect();
  const kept = new Array(sessions);
  const before = settledMemory();
  for (let index = 0; index < sessions; index++) kept[index] = connect().ends;
  const after = settledMemory();
  const endpoints = 2 * kept.length;
  return {
    name,
    sessions,
    heapBytes: Math.round((after.heapUsed - before.heapUsed) / endpoints),
    externalBytes: Math.round((after.external - before.external) / endpoints),
  };
}

function settledMemory() {
  for (let pass = 0; pass < 5; pass++) globalThis.gc?.();
  return process.memoryUsage();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name = '', sessions = '0'] = process.argv.slice(2);
  console.log(JSON.stringify(weighHere(name, Number(sessions))));
}
