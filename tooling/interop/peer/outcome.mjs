import { HELP } from './help.mjs';

/** A mistake in the arguments: its message is shown with the help, and the status is 2. */
export class UsageError extends Error {}

/**
 * Where a peer speaks to whoever started it.
 *
 * @typedef {object} Output
 * @property {(event: Record<string, unknown>) => void} print One event, for a program.
 * @property {(text: string) => void} complain One remark, for a person.
 */

/**
 * Runs a peer and says how it went.
 *
 * @param {() => Promise<void>} work
 * @param {Output} output
 * @returns {Promise<number>} The exit status: 0 done, 1 protocol error, 2 usage.
 */
export async function outcomeOf(work, { print, complain }) {
  try {
    await work();
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      complain(`${error.message}\n\n${HELP}`);
      return 2;
    }
    const { code = 'INTERNAL', wireCode = null } = /** @type {{ code?: string, wireCode?: number }} */ (
      error ?? {}
    );
    print({ event: 'error', code, wire_code: wireCode });
    complain(`${error instanceof Error ? error.message : error}`);
    return 1;
  }
}
