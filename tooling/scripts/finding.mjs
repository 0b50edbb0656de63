import { pathToFileURL } from 'node:url';
import { REPOSITORY_ROOT } from './workspace.mjs';

/**
 * What a check hands back.
 *
 * @typedef {object} Verdict
 * @property {string} looked what was looked at, for the summary: "87 files of 11 packages"
 * @property {string[]} findings one line each; none means the check passed
 * @property {string[]} [notes] worth reading even when the check passed
 */

/** @typedef {(root: string, flags: readonly string[]) => Verdict | Promise<Verdict>} Check */

/**
 * Prints a verdict and returns whether the check passed.
 *
 * @param {string} name
 * @param {Verdict} verdict
 */
export function printVerdict(name, { looked, findings, notes = [] }) {
  for (const note of notes) console.log(`  ${note}`);
  for (const finding of findings) console.log(`  refused: ${finding}`);
  console.log(
    `${name}: ${looked}, ${findings.length === 0 ? 'nothing to object to' : `${findings.length} refused`}`,
  );
  return findings.length === 0;
}

/**
 * Lets a check's file be run by itself: `node tooling/scripts/check-paths.mjs`.
 *
 * @param {string} moduleUrl `import.meta.url` of the check
 * @param {string} name
 * @param {Check} check
 */
export async function runIfMain(moduleUrl, name, check) {
  if (process.argv[1] === undefined || pathToFileURL(process.argv[1]).href !== moduleUrl) return;
  const verdict = await check(REPOSITORY_ROOT, process.argv.slice(2));
  if (!printVerdict(name, verdict)) process.exitCode = 1;
}
