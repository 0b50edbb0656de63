import type { CancelSignal } from '@pubky-paykit/primitives';
import { createTestnet, type Testnet } from '../testnet.ts';
import { readTestnetArguments, type TestnetArguments } from './arguments.ts';
import { readyLine, readyText, testnetHelp } from './texts.ts';

/** What a program lends to the command. */
export interface TestnetCommandIo {
  /** Takes what is printed. */
  readonly write: (text: string) => void;
  /** Ends the network when it is aborted: Ctrl-C, for a program. */
  readonly signal: CancelSignal;
  /** How the command is called, for its help; `pubky-paykit-testnet` if not given. */
  readonly program?: string | undefined;
}

function aborted(signal: CancelSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

async function announce(
  chosen: TestnetArguments,
  testnet: Testnet,
  write: TestnetCommandIo['write'],
): Promise<void> {
  if (chosen.json) {
    write(readyLine(testnet));
    return;
  }
  const invite = chosen.inviteOnly ? await testnet.homeserver.createInvite() : undefined;
  write(readyText(chosen, testnet, invite));
}

/**
 * The command `pubky-paykit-testnet`, also behind `paykit testnet`: starts a network, prints its addresses and how to
 * use them, and serves until the signal is aborted.
 *
 * @param args without the name of the program.
 * @throws TESTNET_BAD_ARGUMENTS, to be shown with exit status 2: `context.mistake` says what is wrong with the arguments.
 * Whatever keeps the network from starting.
 *
 * @example
 * ```ts
 * import { runTestnetCommand } from '@pubky-paykit/testnet/command';
 * const stop = new AbortController();
 * const running = runTestnetCommand(['--json'], {
 *   write: (text) => {
 *     console.log(JSON.parse(text).relay.url);
 *     stop.abort();
 *   },
 *   signal: stop.signal,
 * });
 * await running;
 * ```
 */
export async function runTestnetCommand(args: readonly string[], io: TestnetCommandIo): Promise<void> {
  const chosen = readTestnetArguments(args);
  if (chosen === undefined) {
    io.write(testnetHelp(io.program ?? 'pubky-paykit-testnet'));
    return;
  }
  const { ports, folder, dht, inviteOnly } = chosen;
  const testnet = await createTestnet({ ports, folder, dht, homeserver: { inviteOnly } });
  try {
    await announce(chosen, testnet, io.write);
    await aborted(io.signal);
  } finally {
    await testnet.close();
  }
}
