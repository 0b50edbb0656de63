import { median, ratios, spread } from './measure.mjs';
import { isMet } from './targets.mjs';

/** @typedef {import('./measure.mjs').Series} Series */
/** @typedef {import('./heap.mjs').Weight} Weight */

/**
 * The measurements of one case.
 *
 * @typedef {object} Table
 * @property {string} name
 * @property {'speed' | 'time'} ratio
 * @property {string} baseline
 * @property {readonly Series[]} series
 */

/**
 * @typedef {object} Verdict
 * @property {string} text
 * @property {number} value
 * @property {string} bound
 * @property {boolean} met
 */

/** How a table shows a time per call, and which way its ratio goes. */
const UNITS = {
  speed: { heading: '/s', show: (/** @type {number} */ micros) => significant(1e6 / micros) },
  time: { heading: 'µs', show: (/** @type {number} */ micros) => significant(micros) },
};

/**
 * The median over the rounds of subject against peer: above 1 is faster for speeds, slower for times.
 *
 * @param {'speed' | 'time'} ratio
 * @param {Series} subject
 * @param {Series} peer
 */
export function ratioOf(ratio, subject, peer) {
  const [over, under] = ratio === 'speed' ? [peer, subject] : [subject, peer];
  return median(ratios(over.micros, under.micros));
}

/**
 * @param {Table} table
 * @returns {string[]}
 */
export function tableLines({ name, ratio, baseline, series }) {
  const { heading, show } = UNITS[ratio];
  const base = series.find((candidate) => candidate.name === baseline);
  const rows = series.map((candidate) => [
    candidate.name,
    show(median(candidate.micros)),
    base === undefined ? '' : ratioOf(ratio, candidate, base).toFixed(2),
    `${Math.round(spread(candidate.micros) * 100)} %`,
  ]);
  return ['', ...align([[name, heading, `${ratio} / ${baseline}`, 'spread'], ...rows])];
}

/**
 * @param {readonly Weight[]} weights
 * @returns {string[]}
 */
export function weightLines(weights) {
  const rows = weights.map(({ name, heapBytes, externalBytes, sessions }) => [
    name,
    String(heapBytes),
    String(externalBytes),
    String(sessions),
  ]);
  return [
    '',
    ...align([['finished XX session', 'heap B / endpoint', 'external B / endpoint', 'sessions'], ...rows]),
  ];
}

/**
 * Each target that was measured, judged.
 *
 * @param {readonly import('./targets.mjs').Target[]} targets
 * @param {readonly Table[]} tables
 * @param {readonly Weight[]} weights
 * @returns {Verdict[]}
 */
export function judge(targets, tables, weights) {
  return targets.flatMap((target) => {
    const value =
      target.peer === undefined ? kilobytes(target, weights) : ratioIn(target, target.peer, tables);
    if (value === undefined) return [];
    const bound = target.atLeast === undefined ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
    return [{ text: target.text, value, bound, met: isMet(target, value) }];
  });
}

/**
 * @param {readonly Verdict[]} verdicts
 * @returns {string[]}
 */
export function verdictLines(verdicts) {
  if (verdicts.length === 0) return [];
  const rows = verdicts.map(({ text, value, bound, met }) => [
    text,
    value.toFixed(2),
    bound,
    met ? 'met' : 'NOT MET',
  ]);
  return ['', ...align([['target', 'measured', 'wanted', ''], ...rows])];
}

/**
 * @param {import('./machine.mjs').Machine} machine
 * @returns {string[]}
 */
export function machineLines({ date, hardware, node, load, versions }) {
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [`${date}, ${hardware}, load ${load}`, `Node ${node}`, libraries.join(', ')];
}

/**
 * @param {import('./targets.mjs').Target} target
 * @param {string} peerName
 * @param {readonly Table[]} tables
 */
function ratioIn(target, peerName, tables) {
  const table = tables.find(({ name }) => name === target.case);
  const subject = table?.series.find(({ name }) => name === target.subject);
  const peer = table?.series.find(({ name }) => name === peerName);
  if (table === undefined || subject === undefined || peer === undefined) return undefined;
  return ratioOf(table.ratio, subject, peer);
}

/**
 * @param {import('./targets.mjs').Target} target
 * @param {readonly Weight[]} weights
 */
function kilobytes(target, weights) {
  const weight = weights.find(({ name }) => name === target.subject);
  return weight === undefined ? undefined : weight.heapBytes / 1000;
}

/** @param {number} value */
function significant(value) {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}

/**
 * Columns padded to their widest cell, the first to the left and the others to the right.
 *
 * @param {readonly (readonly string[])[]} rows
 */
function align(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
