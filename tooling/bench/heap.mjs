import { answerAlone, runAlone, settledMemory } from './alone.mjs';
import { CANDIDATES } from './candidates/index.mjs';

/**
 * What one endpoint of a finished XX session keeps alive, in bytes.
 *
 * @typedef {object} Weight
 * @property {number} heapBytes on the JavaScript heap
 * @property {number} externalBytes outside of it: array buffers and native memory
 */

/**
 * Weighs the sessions of a candidate.
 *
 * @param {string} name
 * @param {number} sessions
 * @returns {Weight}
 */
export function weighSessions(name, sessions) {
  return runAlone(import.meta.url, [name, sessions]);
}

/** Enough for the engine to compile and for one-time tables to exist before the first weighing. */
const WARM_UP_SESSIONS = 500;

/**
 * @param {string} name
 * @param {number} sessions
 * @returns {Promise<Weight>}
 */
async function weighHere(name, sessions) {
  const connect = CANDIDATES.find((candidate) => candidate.name === name)?.handshakes['XX']?.();
  if (connect === undefined) throw new Error(`${name} has no XX`);
  for (let index = 0; index < Math.min(WARM_UP_SESSIONS, sessions); index++) connect();
  const kept = new Array(sessions);
  const before = await settledMemory();
  for (let index = 0; index < sessions; index++) kept[index] = connect().ends;
  const after = await settledMemory();
  const endpoints = 2 * kept.length;
  return {
    heapBytes: Math.round((after.heapUsed - before.heapUsed) / endpoints),
    externalBytes: Math.round((after.external - before.external) / endpoints),
  };
}

await answerAlone(import.meta.url, (name = '', sessions = '0') => weighHere(name, Number(sessions)));
