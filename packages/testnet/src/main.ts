import { isCodedError } from '@pubky-paykit/primitives';
import { runTestnetCommand } from './command/index.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** What says what to do next is shown as it is; anything else is a mistake of ours and shows its stack. */
function endingOf(error: unknown): { readonly text: string; readonly status: number } {
  if (!isCodedError(error)) {
    return { text: `${error instanceof Error ? error.stack : String(error)}\n`, status: EXIT_FAILED };
  }
  if (error.code === 'TESTNET_BAD_ARGUMENTS') return { text: `${error.message}\n`, status: EXIT_USAGE };
  return { text: `${error.code}: ${error.message}\n`, status: EXIT_FAILED };
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
// Nobody reads any more: there is nobody to serve.
process.stdout.once('error', () => stop.abort());

try {
  await runTestnetCommand(process.argv.slice(2), {
    write: (text) => process.stdout.write(text),
    signal: stop.signal,
  });
} catch (error) {
  const { text, status } = endingOf(error);
  process.stderr.write(text);
  process.exitCode = status;
}
