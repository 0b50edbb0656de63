import { createProvisionalReceipt, type PaykitReceipt, parseAmount } from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { UsageError } from '../command-errors.ts';
import { DHT_HELP, DHT_OPTIONS, readDhtSettings } from '../home/dht-settings.ts';
import { HOME_OPTIONS, type HomeSettings, readPublicKey, SETTLED_HOME_HELP } from '../home/home-settings.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { type HostPort, readPeerAddress } from './host-port.ts';
import { type PatternChoice, readPattern } from './pattern-choice.ts';
import { DEFAULT_METHOD, readMethod } from './payment-method.ts';

const COMMAND = 'pay';

/** What `paykit pay` is asked for. */
export interface PayOptions {
  readonly settings: HomeSettings;
  /** 32 bytes. */
  readonly payee: Uint8Array;
  /** The payee's. */
  readonly device: string;
  readonly amount: string;
  readonly currency: string;
  readonly method: string;
  /** Where to connect, instead of asking the payee's homeserver. */
  readonly connect: HostPort | undefined;
  /** Chosen by what is known of the payee if left out. */
  readonly pattern: PatternChoice | undefined;
  /** Whether the key that is shown where to `connect` is trusted without a question, if no record names one. */
  readonly trustFirstContact: boolean;
  readonly allowInsecure: boolean;
  readonly json: boolean;
}

/** What `paykit pay --help` prints. */
export const PAY_HELP = `Usage: paykit pay IDENTITY --amount TEXT [options]

Asks somebody for the receipt of a payment: looks up the Noise key and the address
of the payee, connects, and keeps the confirmed receipt in the home. No money is
moved. Exit status 0 if the receipt is confirmed and kept, or with --pattern n if
the request was sent; 1, with the reason and what to do, if not.

  --amount TEXT            a positive decimal number, such as 1000 or 0.005
  --currency TEXT          default: SAT
  --method NAME            how it is to be paid (default: lightning)
  --pattern NAME           ik, ik-raw, nn, xx or n (default: what fits). n sends a
                           request one way, in nobody's name: nothing comes back,
                           no receipt and no refusal, so nobody knows whether it
                           came or was taken
  --device NAME            which device of the payee (default: default)
  --connect HOST:PORT      connect there, instead of where the payee says it listens;
                           the key is looked up all the same. If no record names
                           any, the first contact is made with xx: the key shown
                           there is shown to you, and trusted if you say so; ask
                           the payee whether it is the right one. It is kept, and
                           another one is refused from then on. nn needs no key
  --trust-first-contact    with --connect: trust such a key without asking
  --allow-insecure         connect to other machines over plain TCP. What is said is
                           encrypted; who talks to whom, when, is not
  --json                   as one line of JSON, with a receipt or without: what
                           fails is {"outcome":"failed","problem","message"}.
                           Mistakes in the arguments (exit status 2) are told as
                           text only
${SETTLED_HOME_HELP}${DHT_HELP}  -h, --help               show this text
`;

/** 1 to 63 as in records. */
const DEVICE = /^[a-z0-9-]{1,63}$/;

const wrongAmount = (): UsageError =>
  new UsageError('--amount wants a positive decimal number, such as 1000 or 0.005.', COMMAND);

const wrongCurrency = (): UsageError =>
  new UsageError('--currency wants a short text, such as SAT.', COMMAND);

/** What begins with a dash is an option to Node, which says so at length. */
const NEGATIVE = /^-[0-9.]/;

/** @throws UsageError */
function refuseNegative(args: readonly string[]): void {
  const behind = args[args.indexOf('--amount') + 1];
  if (args.includes('--amount') && behind !== undefined && NEGATIVE.test(behind)) throw wrongAmount();
}

/** Lengths and characters are the protocol's to know. @throws UsageError */
function checkTerms(payee: Uint8Array, method: string, amount: string, currency: string): void {
  if (parseAmount(amount) === undefined) throw wrongAmount();
  // The protocol takes an amount of nothing; a payer who writes that has lost the word.
  if (currency.trim() === '') throw wrongCurrency();
  try {
    createProvisionalReceipt({ payer: payee, payee, methodId: method, amount, currency });
  } catch {
    throw wrongCurrency();
  }
}

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readPayOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): PayOptions | undefined {
  const options = {
    ...HOME_OPTIONS,
    ...DHT_OPTIONS,
    amount: { type: 'string' },
    currency: { type: 'string', default: 'SAT' },
    method: { type: 'string', default: DEFAULT_METHOD },
    pattern: { type: 'string' },
    device: { type: 'string', default: 'default' },
    connect: { type: 'string' },
    'trust-first-contact': { type: 'boolean', default: false },
    'allow-insecure': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  refuseNegative(args);
  const { values, positionals } = readArguments(
    { args: [...args], options, allowPositionals: true },
    COMMAND,
  );
  if (values.help) return undefined;
  const [identity, ...others] = positionals;
  if (identity === undefined || others.length > 0)
    throw new UsageError('paykit pay wants one IDENTITY: that of the payee.', COMMAND);
  const { amount, currency, device, pattern, connect } = values;
  if (amount === undefined) {
    throw new UsageError('paykit pay wants --amount, such as --amount 21.', COMMAND);
  }
  if (!DEVICE.test(device)) {
    throw new UsageError('--device wants 1 to 63 lower-case letters, digits and hyphens.', COMMAND);
  }
  const trustFirstContact = values['trust-first-contact'];
  if (trustFirstContact && connect === undefined) {
    throw new UsageError('--trust-first-contact wants --connect HOST:PORT: where the key is shown.', COMMAND);
  }
  const payee = readPublicKey(identity, 'IDENTITY', COMMAND);
  const method = readMethod(values.method, COMMAND);
  checkTerms(payee, method, amount, currency);
  return {
    settings: readDhtSettings(values, environment, COMMAND),
    payee,
    device,
    amount,
    currency,
    method,
    connect: connect === undefined ? undefined : readPeerAddress(connect, '--connect', COMMAND),
    pattern: pattern === undefined ? undefined : readPattern(pattern, '--pattern', COMMAND),
    trustFirstContact,
    allowInsecure: values['allow-insecure'],
    json: values.json,
  };
}

/** The request these options are about, with a fresh id. @param payer 32 bytes, who asks. */
export function requestOf(
  { payee, method: methodId, amount, currency }: PayOptions,
  payer: Uint8Array,
  { clock, random }: Surroundings,
): PaykitReceipt {
  return createProvisionalReceipt({ payer, payee, methodId, amount, currency }, { clock, random });
}
