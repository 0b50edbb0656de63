import { constants } from 'node:os';

/** @typedef {'SIGTERM' | 'SIGINT' | 'SIGHUP'} EndSignal */

/** What tells a program to end. @type {readonly EndSignal[]} */
const END_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * npm starts scripts through a shell, and signals that only: a shell that is ended so says nothing to what it has started.
 * Then this process has another parent, which is all that can be noticed.
 */
const PARENT = process.ppid;
const STARTED_BY_NPM = process.env['npm_lifecycle_event'] !== undefined;
const LOOK_EVERY_MS = 250;

/** @type {EndSignal | undefined} */
let told;

/** The signal that told this process to end, if one did while a child ran: nothing more is to be started then. */
export function toldToEnd() {
  return told;
}

/**
 * What shells make of a program that a signal has ended.
 *
 * @param {NodeJS.Signals} signal
 */
export function signalStatus(signal) {
  return 128 + constants.signals[signal];
}

/**
 * Hands every signal to end on to the child, as long as it runs: this process ends when, and as, its child does.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
export function handSignalsOn(child) {
  const handOn = (/** @type {EndSignal} */ signal) => {
    told ??= signal;
    child.kill(signal);
  };
  const looking = STARTED_BY_NPM
    ? setInterval(() => {
        if (process.ppid === PARENT) return;
        clearInterval(looking);
        handOn('SIGTERM');
      }, LOOK_EVERY_MS)
    : undefined;
  for (const signal of END_SIGNALS) process.on(signal, handOn);
  const stop = () => {
    clearInterval(looking);
    for (const signal of END_SIGNALS) process.off(signal, handOn);
  };
  child.once('error', stop);
  child.once('close', stop);
}
