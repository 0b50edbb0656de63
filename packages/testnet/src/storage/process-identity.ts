import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { reasonOf } from '../errors.ts';

/** Which process it is: numbers are used again, also after a restart of the machine or of a container. */
export interface ProcessIdentity {
  readonly processId: number;
  /** Tells processes with one number apart; empty where the system does not say. */
  readonly born: string;
}

/** What the system says of a process, or nothing where it does not. */
interface ProcessStatus {
  readonly born: string;
  /** It has died, and its parent has not asked how: its number is still taken. */
  readonly ended: boolean;
}

/** Of the fields after the name of the program, which may hold anything, number 3 and number 22 of all. proc(5) */
const STATE_FIELD = 3 - 3;
const BIRTH_FIELD = 22 - 3;

/** Linux has it as files. The birth is the machine's own start, and ticks since then. */
async function statusOf(processId: number): Promise<ProcessStatus> {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${processId}/stat`, 'utf8'),
    ]);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ended = ['Z', 'X'].includes(fields[STATE_FIELD] ?? '');
    return { born: `${boot.trim()}/${fields[BIRTH_FIELD] ?? ''}`, ended };
  } catch {
    return { born: '', ended: false };
  }
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return { processId: process.pid, born: (await statusOf(process.pid)).born };
}

/** Whether that process still runs. Where it cannot be told from another one with its number, it is taken for it. */
export async function isAlive({ processId, born }: ProcessIdentity): Promise<boolean> {
  try {
    // No signal is sent: it is only asked whether one could be.
    process.kill(processId, 0);
  } catch (error) {
    // Of another user, and so not ours to signal, but there.
    return reasonOf(error) === 'EPERM';
  }
  const now = await statusOf(processId);
  return !now.ended && (now.born === '' || born === '' || now.born === born);
}
