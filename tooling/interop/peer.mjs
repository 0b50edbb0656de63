#!/usr/bin/env node
// One peer of one connection, for tests against other implementations: see --help.
import process from 'node:process';
import { ensureBuilt } from '../scripts/ensure-built.mjs';
import { HELP, readOptions, UsageError } from './peer/arguments.mjs';

/** @param {Record<string, unknown>} event */
function print(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** @param {unknown} error @returns {number} the exit status */
function report(error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${HELP}`);
    return 2;
  }
  const { code = 'INTERNAL', wireCode = null } = /** @type {{ code?: string, wireCode?: number }} */ (
    error ?? {}
  );
  print({ event: 'error', code, wire_code: wireCode });
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  return 1;
}

async function main() {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === undefined) return void process.stdout.write(HELP);
  const built = await ensureBuilt();
  if (built !== 0) {
    process.exitCode = built;
    return;
  }
  const { withConnection } = await import('./peer/connection.mjs');
  const { converse, ownIdentity, readMessages } = await import('./peer/conversation.mjs');
  const messages = readMessages(options.send);
  const identity = ownIdentity(options);
  await withConnection(options, print, (stream) => converse(stream, identity, options, messages, print));
  print({ event: 'closed' });
}

try {
  await main();
} catch (error) {
  process.exitCode = report(error);
}
