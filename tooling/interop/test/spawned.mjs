import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PEER = fileURLToPath(new URL('../peer.mjs', import.meta.url));

/**
 * A running peer.mjs: its events as they come, and how it ends.
 *
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 */
export function spawnPeer(args, env = {}) {
  const child = spawn(process.execPath, [PEER, ...args], { env: { ...process.env, ...env } });
  /** @type {Record<string, unknown>[]} */
  const events = [];
  /** @type {(() => void)[]} */
  const watchers = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line));
    for (const wake of watchers) wake();
  });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const ended = new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, events, complaint });
      for (const wake of watchers) wake();
    });
  });
  /** @param {string} name @returns {Promise<Record<string, unknown>>} */
  const event = (name) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = events.find((candidate) => candidate['event'] === name);
        if (found !== undefined) resolve(found);
        else if (child.exitCode !== null) reject(new Error(`it ended without ${name}: ${complaint}`));
      };
      watchers.push(look);
      look();
    });
  return { ended, event, kill: () => child.kill() };
}
