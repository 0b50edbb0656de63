#!/usr/bin/env node
// One peer of one connection, for tests against other implementations: see --help.
import process from 'node:process';
import { ensureBuilt } from '../scripts/ensure-built.mjs';
import { readOptions } from './peer/arguments.mjs';
import { HELP } from './peer/help.mjs';
import { outcomeOf } from './peer/outcome.mjs';

const output = {
  /** @param {Record<string, unknown>} event */
  print: (event) => void process.stdout.write(`${JSON.stringify(event)}\n`),
  /** @param {string} text */
  complain: (text) => void process.stderr.write(`${text}\n`),
};

process.exitCode = await outcomeOf(async () => {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === undefined) return void process.stdout.write(HELP);
  const built = await ensureBuilt();
  if (built !== 0) process.exit(built);
  // Only now is there something to import.
  const { runPeer } = await import('./peer/run.mjs');
  await runPeer(options, output);
}, output);
