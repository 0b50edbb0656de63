import { spawn } from 'node:child_process';
import { handSignalsOn, signalStatus, toldToEnd } from './hand-signals-on.mjs';

/**
 * How a child process ended.
 *
 * @typedef {object} Ended
 * @property {number} code 0 for success; 128 and the number of the signal that has ended it
 * @property {string} output stdout and stderr as they came, when captured
 */

/**
 * Runs a program to its end. It is told whatever tells this process to end; nothing is started after that.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {object} options
 * @param {string} options.cwd
 * @param {Record<string, string>} [options.env] added to this process's environment
 * @param {boolean} [options.capture] collect the output instead of showing it
 * @param {number} [options.timeLimitMs] kill it after this time
 * @returns {Promise<Ended>}
 */
export function runProcess(program, args, { cwd, env = {}, capture = false, timeLimitMs }) {
  const ending = toldToEnd();
  if (ending !== undefined) return Promise.resolve({ code: signalStatus(ending), output: '' });
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      ...(timeLimitMs === undefined ? {} : { timeout: timeLimitMs, killSignal: 'SIGKILL' }),
    });
    handSignalsOn(child);
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.on('close', (code, signal) =>
      resolve(
        signal === null
          ? { code: code ?? 1, output }
          : { code: signalStatus(signal), output: `${output}ended by ${signal}\n` },
      ),
    );
  });
}

/**
 * Runs a program and shows its output, on stderr, only if it fails.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: Record<string, string> }} options
 * @returns {Promise<number>} the exit status
 */
export async function runQuietly(program, args, options) {
  const { code, output } = await runProcess(program, args, { ...options, capture: true });
  if (code !== 0) process.stderr.write(output);
  return code;
}
