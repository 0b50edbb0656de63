import { median, ratios, spread } from './measure.mjs';
import { isMet } from './targets.mjs';

/** @typedef {import('./measure.mjs').Series} Series */
/** @typedef {import('./case.mjs').Table} Table */

/**
 * What a probe found.
 *
 * @typedef {object} Reading
 * @property {string} name
 * @property {readonly string[]} headings
 * @property {readonly import('./probes.mjs').Finding[]} findings
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
export function tableLines({ name, ratio, baseline, clock, series }) {
  const { heading, show } = UNITS[ratio];
  const base = series.find((candidate) => candidate.name === baseline);
  const ratioCell = (/** @type {Series} */ candidate, /** @type {Series | undefined} */ peer) =>
    peer === undefined ? '' : ratioOf(ratio, candidate, peer).toFixed(2);
  const rows = series.map((candidate) => {
    const beside = besideOf(candidate);
    return [
      candidate.name,
      show(median(candidate.micros)),
      ratioCell(candidate, base),
      `${Math.round(spread(candidate.micros) * 100)} %`,
      ...(beside === undefined
        ? []
        : [show(median(beside.micros)), ratioCell(beside, base && besideOf(base))]),
    ];
  });
  const headings =
    clock === undefined
      ? [heading, `${ratio} / ${baseline}`, 'spread']
      : [`${clock} ${heading}`, `${ratio} / ${baseline}`, 'spread', `cpu ${heading}`, `cpu / ${baseline}`];
  return ['', ...align([[name, ...headings], ...rows])];
}

/**
 * By the clock beside, if there was one.
 *
 * @param {Series} series
 * @returns {Series | undefined}
 */
function besideOf({ name, besideMicros }) {
  return besideMicros === undefined ? undefined : { name, micros: besideMicros };
}

/**
 * @param {Reading} reading
 * @returns {string[]}
 */
export function readingLines({ headings, findings }) {
  const rows = findings.map(({ subject, cells }) => [
    subject,
    ...cells.map((cell) => (typeof cell === 'number' ? significant(cell) : cell)),
  ]);
  return ['', ...align([headings, ...rows])];
}

/**
 * Each target that was measured, judged.
 *
 * @param {readonly import('./targets.mjs').Target[]} targets
 * @param {readonly Table[]} tables
 * @param {readonly Reading[]} readings
 * @returns {Verdict[]}
 */
export function judge(targets, tables, readings) {
  return targets.flatMap((target) => {
    const value =
      target.peer === undefined ? valueIn(target, readings) : ratioIn(target, target.peer, tables);
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
 * @param {readonly Reading[]} readings
 */
function valueIn(target, readings) {
  const reading = readings.find(({ name }) => name === target.case);
  return reading?.findings.find(({ subject }) => subject === target.subject)?.value;
}

/** @param {number} value */
function significant(value) {
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toPrecision(3);
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
