import { readArguments } from '../arguments.ts';
import { UsageError } from '../command-errors.ts';
import { DHT_HELP, DHT_OPTIONS, readDhtSettings } from '../home/dht-settings.ts';
import { HOME_OPTIONS, type HomeSettings, SETTLED_HOME_HELP } from '../home/home-settings.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { type HostPort, readHostPort, readPeerAddress } from './host-port.ts';
import { DEFAULT_PATTERNS, type PatternChoice, readPatterns } from './pattern-choice.ts';
import { DEFAULT_METHOD, readMethod } from './payment-method.ts';

const COMMAND = 'receive';

/** What `paykit receive` is asked for. */
export interface ReceiveOptions {
  readonly settings: HomeSettings;
  readonly listen: HostPort;
  /** What payers are told to connect to; where it listens if left out. */
  readonly advertise: HostPort | undefined;
  readonly allowInsecure: boolean;
  readonly patterns: readonly PatternChoice[];
  readonly methods: readonly string[];
  /** How many payments are taken; until it is interrupted if left out. */
  readonly exitAfter: number | undefined;
  readonly json: boolean;
}

/** What `paykit receive --help` prints. */
export const RECEIVE_HELP = `Usage: paykit receive [options]

Takes payments: listens for payers, publishes the address where they find it, and
answers each request with a receipt, which is kept in the home. The Noise key of
this device has to be published: \`paykit keys publish\`. It is kept fresh and
replaced in time; payers who know one of the two keys before it only are answered
for 7 days after it was replaced, also by \`paykit keys rotate\`. Ctrl-C finishes
what is being answered, takes the address back and ends with exit status 130; the
end after --once or --exit-after has exit status 0.

From one address 10 connections are taken a minute, and 50 at once: more are
refused, and told of once a minute at most. Payers behind one NAT or proxy share
that; whoever is refused tries again in a minute.

  --method NAME            what is taken; may be given several times (default: lightning)
  --patterns LIST          what payers may connect with, separated by commas:
                           ik, ik-raw, nn, xx, n (default: ${DEFAULT_PATTERNS}).
                           nn shows this identity to whoever connects; n takes
                           requests that nobody has to have sent, and answers none
  --listen HOST:PORT       default: 127.0.0.1:0, which picks a free port
  --advertise HOST:PORT    the address to publish, if it is another one
  --allow-insecure         listen where other machines can connect. What is said is
                           encrypted; who talks to whom, when, is not
  --once                   end after one payment
  --exit-after N           end after N payments
  --json                   each event as one line of JSON
${SETTLED_HOME_HELP}${DHT_HELP}  -h, --help               show this text
`;

/** Addresses that mean every address of this machine: nobody can connect to one. */
const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::'];
const COUNT = /^[1-9][0-9]{0,8}$/;

function readCount(text: string | undefined, once: boolean): number | undefined {
  if (text === undefined) return once ? 1 : undefined;
  if (once) throw new UsageError('--once or --exit-after, not both.', COMMAND);
  if (COUNT.test(text)) return Number(text);
  throw new UsageError('--exit-after wants a number from 1 on.', COMMAND);
}

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readReceiveOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): ReceiveOptions | undefined {
  const options = {
    ...HOME_OPTIONS,
    ...DHT_OPTIONS,
    method: { type: 'string', multiple: true },
    patterns: { type: 'string', default: DEFAULT_PATTERNS },
    listen: { type: 'string', default: '127.0.0.1:0' },
    advertise: { type: 'string' },
    'allow-insecure': { type: 'boolean', default: false },
    once: { type: 'boolean', default: false },
    'exit-after': { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = readArguments({ args: [...args], options }, COMMAND);
  if (values.help) return undefined;
  const { method: methods = [DEFAULT_METHOD] } = values;
  const listen = readHostPort(values.listen, '--listen', COMMAND);
  const advertise =
    values.advertise === undefined ? undefined : readPeerAddress(values.advertise, '--advertise', COMMAND);
  if (advertise === undefined && EVERY_ADDRESS.includes(listen.host)) {
    throw new UsageError(`Nobody can connect to ${listen.host}: say with --advertise where to.`, COMMAND);
  }
  return {
    settings: readDhtSettings(values, environment, COMMAND),
    listen,
    advertise,
    allowInsecure: values['allow-insecure'],
    patterns: readPatterns(values.patterns, '--patterns', COMMAND),
    methods: [...new Set(methods.map((method) => readMethod(method, COMMAND)))],
    exitAfter: readCount(values['exit-after'], values.once),
    json: values.json,
  };
}
