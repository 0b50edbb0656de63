import { isCodedError } from 'pubky-paykit';
import { CommandFailed, UsageError } from './command-errors.ts';
import { HomeFailed } from './home/home-errors.ts';
import { Interruption } from './interruption.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** How the program ends. */
export interface Ending {
  /** For the standard error. */
  readonly text: string;
  readonly status: number;
}

/** What codes of the system mean, for people. */
const SYSTEM_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'it may not be used by this user',
  EPERM: 'it may not be used by this user',
  ENOENT: 'it, or the folder that it is in, is not there',
  ENOTDIR: 'a part of this path is no folder',
  EISDIR: 'it is a folder',
  EROFS: 'it cannot be written to',
  ENOSPC: 'there is no room left',
  EMFILE: 'too many files are open',
};

/** What the system was asked for where no path says what it is about. */
const SYSTEM_CALLS: Readonly<Record<string, string>> = {
  read: 'reading',
  write: 'writing',
  fsync: 'saving what was written',
  listen: 'listening',
  bind: 'listening',
  connect: 'connecting',
  getaddrinfo: 'looking up the address of a host',
  spawn: 'starting a program',
  uv_cwd: 'looking for the folder that this was started in',
};

type SystemError = Error & {
  readonly code: string;
  readonly syscall: string;
  readonly path?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly hostname?: unknown;
};

function isSystemError(error: unknown): error is SystemError {
  const { code, syscall } = (error ?? {}) as Partial<SystemError>;
  return error instanceof Error && typeof code === 'string' && typeof syscall === 'string';
}

/** Such as ` at 127.0.0.1:80`; empty where the error names no place. */
function placeOf({ address, port, hostname }: SystemError): string {
  const host = typeof address === 'string' ? address : hostname;
  if (typeof host !== 'string') return '';
  return ` at ${host}${typeof port === 'number' ? `:${port}` : ''}`;
}

function systemText(error: SystemError): string {
  const { code, syscall, path, message } = error;
  if (typeof path !== 'string') {
    const what = SYSTEM_CALLS[syscall] ?? `the call ${syscall}`;
    return `The system refuses ${what}${placeOf(error)}: ${message}. See to that, then try again.\n`;
  }
  const problem = SYSTEM_PROBLEMS[code] ?? 'the system refuses it';
  return `${path}: ${problem} (${code}, ${syscall}). Check the path and its permissions, or name another one; --home names another home.\n`;
}

/** Whatever has said what to do next is shown as it is; anything but that and the system is a mistake of ours and shows its stack. */
export function endingOf(error: unknown): Ending {
  if (error instanceof Interruption) return { text: '', status: error.status };
  if (error instanceof UsageError) {
    const help = ['paykit', error.command, '--help'].filter((word) => word !== undefined).join(' ');
    return {
      text: `${error.message}\nMore: ${help} (from a clone: npm run -s ${help.replace('paykit', 'paykit --')})\n`,
      status: EXIT_USAGE,
    };
  }
  if (error instanceof CommandFailed) return { text: `${error.message}\n`, status: EXIT_FAILED };
  // In the middle of a command; at its beginning it says the same.
  if (isCodedError(error) && error.code === 'STORE_LOCKED') {
    const { location } = error.context as { readonly location: string };
    return endingOf(new HomeFailed('locked', location));
  }
  if (isCodedError(error)) return { text: `${error.code}: ${error.message}\n`, status: EXIT_FAILED };
  if (isSystemError(error)) return { text: systemText(error), status: EXIT_FAILED };
  return { text: `${error instanceof Error ? error.stack : String(error)}\n`, status: EXIT_FAILED };
}
