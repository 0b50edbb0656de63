#!/usr/bin/env node
// Runs public Noise test vectors through noise-core: see --help.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/ensure-built.mjs';

const HELP = `Usage: node tooling/interop/vectors.mjs [options] FILE…

Runs files of Noise test vectors (cacophony, snow and noise-c layouts) through
@pubky-paykit/noise-core and ends with "N passed, N failed, N skipped".

Options:
  --backend NAME   node (default) or noble
  --list-skipped   name each vector that was skipped, and why
  -h, --help       show this text

Exit status: 0 all passed or skipped, 1 one failed, 2 usage.
`;

const EXIT_USAGE = 2;

/** @param {string} message @returns {never} */
function usage(message) {
  process.stderr.write(`${message}\n\n${HELP}`);
  process.exit(EXIT_USAGE);
}

/** @returns {{ files: string[], backend: string, listSkipped: boolean }} */
function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        backend: { type: 'string', default: 'node' },
        'list-skipped': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      process.exit(0);
    }
    if (positionals.length === 0) usage('Name at least one file of vectors.');
    if (!['node', 'noble'].includes(values.backend)) usage(`There is no backend ${values.backend}.`);
    return { files: positionals, backend: values.backend, listSkipped: values['list-skipped'] };
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} file
 * @param {(json: string) => readonly import('@pubky-paykit/noise-core/testing').NoiseVector[]} parse
 */
function readVectors(file, parse) {
  try {
    const vectors = parse(readFileSync(file, 'utf8'));
    if (vectors.length > 0) return vectors;
    process.stderr.write(`${file}: there is no vector in it.\n`);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    // The parser's message quotes the file, whatever bytes it has.
    const reason = code ?? JSON.stringify(message.slice(0, 120));
    process.stderr.write(`${file}: no file of Noise test vectors (${reason}).\n`);
  }
  return process.exit(EXIT_USAGE);
}

const { files, backend, listSkipped } = readArguments();
const built = await ensureBuilt();
if (built !== 0) process.exit(built);
const parts = await import(`@pubky-paykit/noise-core/${backend}`);
const { parseVectorFile, runVector } = await import('@pubky-paykit/noise-core/testing');
const suiteParts = {
  dh: [parts.x25519, parts.x448],
  cipher: [parts.chachaPoly, parts.aesGcm],
  hash: [parts.sha256, parts.sha512, parts.blake2s, parts.blake2b],
};
// All files are read before the first vector runs: a bad one must not hide the tally of a good one.
const vectors = files.flatMap((file) => readVectors(file, parseVectorFile));
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const vector of vectors) {
  const outcome = runVector(vector, suiteParts);
  counts[outcome.result] += 1;
  if (outcome.result === 'failed' || (outcome.result === 'skipped' && listSkipped)) {
    process.stdout.write(`${outcome.result}: ${vector.label}: ${outcome.reason}\n`);
  }
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exit(counts.failed > 0 ? 1 : 0);
