import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CASES, HEAP_CANDIDATES, HEAP_CASE, WrongResult } from './cases.mjs';
import { weighSessions } from './heap.mjs';
import { describeMachine } from './machine.mjs';
import { CLOCKS, compare } from './measure.mjs';
import { judge, machineLines, tableLines, verdictLines, weightLines } from './report.mjs';
import { TARGETS } from './targets.mjs';

const USAGE = `Usage: node tooling/bench/run.mjs [OPTIONS]

  --only NAME   only cases whose name contains NAME: ${[...CASES.map(({ name }) => name), HEAP_CASE].join(', ')}
  --rounds N    rounds a case, 7 or more (11)
  --clock NAME  cpu: processor time, which other processes disturb least (the default), or wall
  --json FILE   also write every round there
  --smoke       each case once, quickly, judging results but no times
  --help

Ends with 0 unless a candidate gave wrong results; times are for reading.`;

const LEAST_ROUNDS = 7;
const SMOKE = { rounds: 1, sliceMs: 0, sessions: 10 };

const OPTIONS = /** @type {const} */ ({
  only: { type: 'string', default: '' },
  rounds: { type: 'string', default: '11' },
  clock: { type: 'string', default: 'cpu' },
  json: { type: 'string' },
  smoke: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
});

process.exitCode = await run();

async function run() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    return values.help ? help() : await main(values);
  } catch (error) {
    if (!(/** @type {{ code?: string }} */ (error).code?.startsWith('ERR_PARSE_ARGS'))) throw error;
    console.error(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
    return 2;
  }
}

function help() {
  console.log(USAGE);
  return 0;
}

/** @param {ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']} options */
async function main(options) {
  const rounds = Number(options.rounds);
  if (!Number.isInteger(rounds) || rounds < LEAST_ROUNDS) {
    console.error(`--rounds takes a whole number of ${LEAST_ROUNDS} or more.`);
    return 2;
  }
  const clock = Object.entries(CLOCKS).find(([name]) => name === options.clock)?.[1];
  if (clock === undefined) {
    console.error(`--clock takes ${Object.keys(CLOCKS).join(' or ')}.`);
    return 2;
  }
  const wanted = CASES.filter(({ name }) => name.includes(options.only));
  const weigh = HEAP_CASE.includes(options.only);
  if (wanted.length === 0 && !weigh) {
    console.error(`No case is called ${options.only}.\n\n${USAGE}`);
    return 2;
  }
  const machine = describeMachine();
  print([...machineLines(machine), `${rounds} rounds, ${options.clock} time`]);
  try {
    const tables = [];
    for (const entry of wanted) tables.push(await measure(entry, options.smoke, rounds, clock));
    const weights = weigh
      ? HEAP_CANDIDATES.map((name) => weighSessions(name, options.smoke ? SMOKE.sessions : 10_000))
      : [];
    const verdicts = options.smoke ? [] : judge(TARGETS, tables, weights);
    if (weights.length > 0 && !options.smoke) print(weightLines(weights));
    print(verdictLines(verdicts));
    if (options.smoke) print([`${tables.length + (weigh ? 1 : 0)} cases ran, no candidate was wrong`]);
    if (options.json !== undefined) {
      writeFileSync(
        options.json,
        `${JSON.stringify({ machine, rounds, clock: options.clock, tables, weights, verdicts }, undefined, 2)}\n`,
      );
    }
    return 0;
  } catch (error) {
    if (!(error instanceof WrongResult)) throw error;
    console.error(`wrong result: ${error.message}`);
    return 1;
  }
}

/**
 * @param {import('./cases.mjs').Case} entry
 * @param {boolean} smoke
 * @param {number} rounds
 * @param {() => number} now
 * @returns {Promise<import('./report.mjs').Table>}
 */
async function measure({ name, ratio, baseline, sliceMs, prepare }, smoke, rounds, now) {
  const series = await compare(await prepare(), smoke ? SMOKE : { rounds, sliceMs, now });
  const table = { name, ratio, baseline, series };
  if (!smoke) print(tableLines(table));
  return table;
}

/** @param {readonly string[]} lines */
function print(lines) {
  for (const line of lines) console.log(line);
}
