import { parseArgs } from 'node:util';
import { isCodedError, type ProfileName, parseAmount, parseProfileName } from 'pubky-paykit';
import { UsageError } from '../command-errors.ts';
import { DEMO_PATTERN_NAMES, DEMO_PATTERNS } from './patterns.ts';

/** What `paykit demo` is asked to show. */
export interface DemoOptions {
  /** In the order they are shown. */
  readonly patterns: readonly ProfileName[];
  readonly amount: string;
  readonly currency: string;
  readonly method: string;
  readonly keep: boolean;
}

/** As `--pattern` takes them. */
const CHOICES: readonly string[] = [...DEMO_PATTERN_NAMES.map((name) => name.toLowerCase()), 'all'];

function patternRows(): string {
  return DEMO_PATTERN_NAMES.map(
    (name) => `    ${name.toLowerCase().padEnd(8)}${DEMO_PATTERNS[name].summary}\n`,
  ).join('');
}

/** What `paykit demo --help` prints. */
export function demoHelp(): string {
  return `Usage: paykit demo [options]

Starts two processes with fresh identities on this machine. The payer connects to
the payee over TCP, both handshake in a pattern of the Noise protocol, the payer
asks for a receipt, the payee checks and confirms, and both store it.

  --pattern NAME    ${CHOICES.join(', ')}
${patternRows()}    all     every one of them, one after the other
  --amount TEXT     positive decimal (default 1000)
  --currency TEXT   (default SAT)
  --method TEXT     payment method the payee publishes (default lightning)
  --keep            keep the folder with what was stored, and print where it is
  -h, --help        show this text
`;
}

/** Names are free text in receipts; here they are kept printable and short. */
const NAME = /^[\w.:-]{1,64}$/;

function patternsOf(text: string): readonly ProfileName[] {
  if (text.toLowerCase() === 'all') return DEMO_PATTERN_NAMES;
  try {
    return [parseProfileName(text)];
  } catch (error) {
    if (!isCodedError(error)) throw error;
    throw new UsageError(`--pattern wants one of ${CHOICES.join(', ')}.`, 'demo');
  }
}

interface Texts extends Omit<DemoOptions, 'patterns'> {
  readonly pattern: string;
}

function checkOptions({ pattern, ...options }: Texts): DemoOptions {
  if (parseAmount(options.amount) === undefined) {
    throw new UsageError(
      '--amount wants a positive decimal, such as 21 or 0.005, of at most 28 digits.',
      'demo',
    );
  }
  for (const name of ['currency', 'method'] as const) {
    if (!NAME.test(options[name])) {
      throw new UsageError(`--${name} wants 1 to 64 letters, digits, dots, colons or hyphens.`, 'demo');
    }
  }
  return { ...options, patterns: patternsOf(pattern) };
}

/**
 * Reads the arguments of `paykit demo`; `undefined` if they ask for help.
 *
 * @throws UsageError
 */
export function readDemoOptions(args: readonly string[]): DemoOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        pattern: { type: 'string', default: 'ik' },
        amount: { type: 'string', default: '1000' },
        currency: { type: 'string', default: 'SAT' },
        method: { type: 'string', default: 'lightning' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return undefined;
    return checkOptions(values);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message, 'demo');
  }
}
