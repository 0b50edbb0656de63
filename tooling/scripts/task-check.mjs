import { CHECKS } from './checks.mjs';
import { ensureBuilt } from './ensure-built.mjs';
import { printVerdict } from './finding.mjs';
import { formatTally } from './tally.mjs';

/**
 * Runs the static checks named, or all of them, and ends with a table.
 *
 * @param {string} root
 * @param {readonly string[]} args names of checks, and flags for them
 * @returns {Promise<number>} the exit status
 */
export async function checkTask(root, args) {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const flags = args.filter((arg) => arg.startsWith('-'));
  const unknown = names.filter((name) => !CHECKS.some((check) => check.name === name));
  if (unknown.length > 0 || flags.includes('--help')) {
    for (const name of unknown) console.error(`There is no check called ${name}.`);
    for (const { name, refuses } of CHECKS) console.error(`  ${name.padEnd(16)} refuses ${refuses}`);
    return unknown.length > 0 ? 2 : 0;
  }

  const chosen = CHECKS.filter(({ name }) => names.length === 0 || names.includes(name));
  if (chosen.some(({ needsBuild }) => needsBuild) && (await ensureBuilt()) !== 0) {
    console.log(`\n${formatTally({ passed: 0, failed: chosen.length, skipped: 0 })}`);
    return 1;
  }

  const rows = [];
  for (const { name, load } of chosen) {
    const startedMs = Date.now();
    const check = await load();
    const passed = printVerdict(name, await check(root, flags));
    rows.push({ name, passed, seconds: (Date.now() - startedMs) / 1000 });
  }
  if (rows.length > 1) {
    console.log('');
    for (const { name, passed, seconds } of rows) {
      console.log(`  ${name.padEnd(16)} ${passed ? 'passed' : 'FAILED'} ${seconds.toFixed(1).padStart(6)} s`);
    }
  }
  const passed = rows.filter((row) => row.passed).length;
  console.log(`\n${formatTally({ passed, failed: rows.length - passed, skipped: 0 })}`);
  return passed === rows.length ? 0 : 1;
}
