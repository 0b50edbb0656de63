import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WrongResult } from './candidates/candidate.mjs';
import { measureCase } from './case.mjs';
import { CASES } from './cases.mjs';
import { describeMachine } from './machine.mjs';
import { CLOCKS } from './measure.mjs';
import { PROBES } from './probes.mjs';
import { judge, machineLines, readingLines, tableLines, verdictLines } from './report.mjs';
import { TARGETS } from './targets.mjs';

const USAGE = `Usage: node tooling/bench/run.mjs [OPTIONS]

  --only NAME   only cases whose name contains NAME: ${[...CASES, ...PROBES].map(({ name }) => name).join(', ')}
  --rounds N    rounds a case, 7 or more (11)
  --clock NAME  cpu: processor time, which other processes disturb least (the default), or wall;
                the homeserver cases always show both
  --json FILE   also write every round there
  --smoke       each case once, quickly, judging results but no times
  --help

Ends with 0 unless a candidate gave wrong results; times are for reading.`;

const LEAST_ROUNDS = 7;
const SMOKE = { rounds: 1, sliceMs: 0 };

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
  const { smoke } = options;
  const cases = CASES.filter(({ name }) => name.includes(options.only));
  const probes = PROBES.filter(({ name }) => name.includes(options.only));
  if (cases.length + probes.length === 0) {
    console.error(`No case is called ${options.only}.\n\n${USAGE}`);
    return 2;
  }
  const machine = describeMachine();
  print([...machineLines(machine), `${rounds} rounds, ${options.clock} time`]);
  try {
    const tables = [];
    for (const entry of cases) {
      const table = await measureCase(entry, { ...(smoke ? SMOKE : { rounds }), now: clock });
      if (!smoke) print(tableLines(table));
      tables.push(table);
    }
    const readings = [];
    for (const { name, headings, measure } of probes) {
      const reading = { name, headings, findings: await measure({ smoke, rounds }) };
      if (!smoke) print(readingLines(reading));
      readings.push(reading);
    }
    const verdicts = smoke ? [] : judge(TARGETS, tables, readings);
    print(verdictLines(verdicts));
    if (smoke) print([`${tables.length + readings.length} cases ran, no candidate was wrong`]);
    if (options.json !== undefined) {
      const run = { machine, rounds, clock: options.clock, tables, readings, verdicts };
      writeFileSync(options.json, `${JSON.stringify(run, undefined, 2)}\n`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof WrongResult)) throw error;
    console.error(`wrong result: ${error.message}`);
    return 1;
  }
}

/** @param {readonly string[]} lines */
function print(lines) {
  for (const line of lines) console.log(line);
}
