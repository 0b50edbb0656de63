import { CLOCKS, compare } from './measure.mjs';

/** @typedef {import('./measure.mjs').Runnable} Runnable */
/** @typedef {import('./measure.mjs').Series} Series */

/**
 * Keeps what is to be done once a case has been measured, whatever came of it.
 *
 * @typedef {(end: () => Promise<void>) => void} After
 */

/**
 * A table of the report: candidates that do the same work.
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {'speed' | 'time'} ratio what is compared: calls per second, or time per call
 * @property {number} sliceMs
 * @property {string} baseline the candidate all others are compared with
 * @property {'wall'} [clock] the wall, with processor time beside it, whatever the clock of the run: for work that is
 *   done in another process, which this one's processor time does not see
 * @property {(after: After) => Runnable[] | Promise<Runnable[]>} prepare makes keys and connections and tries each
 *   candidate (throws if one gives wrong results)
 */

/**
 * The measurements of one case.
 *
 * @typedef {object} Table
 * @property {string} name
 * @property {'speed' | 'time'} ratio
 * @property {string} baseline
 * @property {'wall'} [clock] as in the case
 * @property {readonly Series[]} series
 */

/**
 * Prepares a case, measures its candidates, and ends what it had started.
 *
 * @param {Case} entry
 * @param {{ rounds: number, sliceMs?: number, now: () => number }} plan
 * @returns {Promise<Table>}
 */
export async function measureCase({ prepare, ...entry }, plan) {
  /** @type {(() => Promise<void>)[]} */
  const ends = [];
  const clocks = entry.clock === 'wall' ? { now: CLOCKS.wall, beside: CLOCKS.cpu } : {};
  try {
    const candidates = await prepare((end) => ends.push(end));
    const { sliceMs, ...table } = entry;
    return { ...table, series: await compare(candidates, { sliceMs, ...plan, ...clocks }) };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
