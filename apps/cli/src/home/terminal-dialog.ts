import process from 'node:process';
import { wipe } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import { Interruption } from '../interruption.ts';
import type { Dialog } from './surroundings.ts';

const END = new Set([0x0a, 0x0d]);
const CONTROL_C = 0x03;
const CONTROL_D = 0x04;
const RUBBED_OUT = new Set([0x08, 0x7f]);
const LONGEST_BYTES = 1_024;
/** As if the interrupt had come as a signal: 128 and 2. */
const INTERRUPTED_STATUS = 130;

/** Takes the last character off a line of UTF-8. @returns The new length. */
function withoutLast(line: Uint8Array, length: number): number {
  let end = length - 1;
  while (end > 0 && ((line[end] as number) & 0xc0) === 0x80) end -= 1;
  return Math.max(0, end);
}

/** A line that is being typed, kept where it can be wiped. */
export interface HiddenLine {
  /** @returns Whether the line is over, or was given up. */
  type(bytes: Uint8Array): 'more' | 'done' | 'given up' | 'too long';
  /** @returns A fresh buffer. */
  read(): Uint8Array;
  wipe(): void;
}

/** Collects what is typed until the line ends; a rubbed-out character is gone. */
export function createHiddenLine(): HiddenLine {
  const line = new Uint8Array(LONGEST_BYTES);
  let length = 0;
  return {
    type(bytes) {
      for (const byte of bytes) {
        if (END.has(byte)) return 'done';
        if (byte === CONTROL_C || byte === CONTROL_D) return 'given up';
        if (RUBBED_OUT.has(byte)) length = withoutLast(line, length);
        else if (length === LONGEST_BYTES) return 'too long';
        else line[length++] = byte;
      }
      return 'more';
    },
    read: () => line.slice(0, length),
    wipe: () => wipe(line),
  };
}

/** A terminal that does not echo does not interrupt either: the control character has to. */
const FAILURES = {
  'given up': () => new Interruption(INTERRUPTED_STATUS),
  'too long': () => new CommandFailed(`An answer has at most ${LONGEST_BYTES} bytes.`),
} as const;

/** The person at the terminal of this process, if there is one: asked on the standard error, so that results stay clean. */
export function openDialog(signal: AbortSignal): Dialog | undefined {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;

  function ask(question: string, hidden: boolean): Promise<Uint8Array> {
    stderr.write(question);
    const line = createHiddenLine();
    stdin.setRawMode(hidden);
    return new Promise<Uint8Array>((resolve, reject) => {
      const finish = (settle: () => void): void => {
        stdin.off('data', onData);
        signal.removeEventListener('abort', onAbort);
        stdin.setRawMode(false);
        stdin.pause();
        if (hidden) stderr.write('\n');
        settle();
        line.wipe();
      };
      const onAbort = (): void => finish(() => reject(signal.reason));
      const onData = (typed: Buffer): void => {
        const state = line.type(typed);
        wipe(typed);
        if (state === 'done') finish(() => resolve(line.read()));
        else if (state !== 'more') finish(() => reject(FAILURES[state]()));
      };
      signal.addEventListener('abort', onAbort);
      stdin.on('data', onData);
      stdin.resume();
    });
  }

  return {
    askHidden: (question) => ask(question, true),
    async confirm(question) {
      const answer = new TextDecoder().decode(await ask(`${question} [y/N] `, false));
      return /^y(es)?$/i.test(answer.trim());
    },
  };
}
