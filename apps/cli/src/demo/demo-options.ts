import { parseArgs } from 'node:util';
import { isCodedError, type ProfileName, parseAmount, parseProfileName } from 'pubky-paykit';
import { UsageError } from '../command-errors.ts';
import { DEMO_PATTERN_NAMES, DEMO_PATTERNS } from './patterns.ts';

/** What `paykit demo` is asked to show. */
export interface DemoOptions {
  /** In the order they are shown. */
  readonly patterns: readonly ProfileName[];
  /** Whether the whole story is told, with what becomes of keys later. */
  readonly whole: boolean;
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

Tells the whole story on this machine: a Pubky network comes up; two people, each a
process of its own, make identities, publish their Noise keys, discover each other
and pay in every pattern of the Noise protocol; a key is rotated, an impostor
refused, and a key revoked. Nothing leaves this machine.

  --pattern NAME    ${CHOICES.join(', ')}
${patternRows()}    all     the whole story, with every one of them (default)
  --amount TEXT     positive decimal (default 1000)
  --currency TEXT   (default SAT)
  --method TEXT     payment method the payee takes (default lightning)
  --keep            keep the folder with what was stored, and print where it is
  -h, --help        show this text
`;
}

/** Names are free text in receipts; here they are kept printable and short. */
const NAME = /^[\w.:-]{1,64}$/;

function partOf(text: string): Pick<DemoOptions, 'patterns' | 'whole'> {
  if (text.toLowerCase() === 'all') return { patterns: DEMO_PATTERN_NAMES, whole: true };
  try {
    return { patterns: [parseProfileName(text)], whole: false };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    throw new UsageError(`--pattern wants one of ${CHOICES.join(', ')}.`, 'demo');
  }
}

interface Texts extends Omit<DemoOptions, 'patterns' | 'whole'> {
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
  return { ...options, ...partOf(pattern) };
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
        pattern: { type: 'string', default: 'all' },
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
