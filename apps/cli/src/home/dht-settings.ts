import { MAINLINE_BOOTSTRAP } from 'pubky-paykit/node';
import { UsageError } from '../command-errors.ts';
import { type HomeSettings, type HomeValues, listOf, readHomeSettings } from './home-settings.ts';
import { givenOptions } from './next-command.ts';
import type { Surroundings } from './surroundings.ts';

/** The options of commands that may ask the DHT, or publish there, for `parseArgs`. */
export const DHT_OPTIONS = {
  dht: { type: 'boolean' },
  'dht-bootstrap': { type: 'string' },
} as const;

/** What help says about {@link DHT_OPTIONS}. */
export const DHT_HELP = `  --dht                  the Mainline DHT, too, beside homeserver and relays
                         (default: PAYKIT_DHT=1)
  --dht-bootstrap LIST   the nodes it is entered by, HOST:PORT each, separated
                         by commas (default: PAYKIT_DHT_BOOTSTRAP, else public
                         ones)
`;

/** What {@link DHT_OPTIONS} were set to. */
export interface DhtValues extends HomeValues {
  readonly dht?: boolean | undefined;
  readonly 'dht-bootstrap'?: string | undefined;
}

const NODE = /^[A-Za-z0-9_.-]{1,253}:([0-9]{1,5})$/;
const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}):/;
const MAX_PORT = 0xffff;
/** More would all be asked at once. */
const MAX_NODES = 32;

function isNode(text: string): boolean {
  const port = Number(NODE.exec(text)?.[1] ?? 0);
  return port >= 1 && port <= MAX_PORT;
}

/**
 * The settings of a command that may use the DHT, by options, else by the environment.
 *
 * @param command For what is said about mistakes. @throws UsageError
 */
export function readDhtSettings(
  values: DhtValues,
  environment: Surroundings['environment'],
  command: string,
): HomeSettings {
  const settings = readHomeSettings(values, environment, command);
  const { dht = environment['PAYKIT_DHT'] === '1', 'dht-bootstrap': given, testnet = false } = values;
  if (!dht) {
    if (given === undefined) return settings;
    throw new UsageError('--dht-bootstrap wants --dht.', command);
  }
  const bootstrap = listOf(given ?? environment['PAYKIT_DHT_BOOTSTRAP']);
  if (bootstrap === undefined && (testnet || given !== undefined)) {
    throw new UsageError('--dht wants the nodes of the test network: --dht-bootstrap HOST:PORT.', command);
  }
  const nodes = bootstrap ?? MAINLINE_BOOTSTRAP;
  if (nodes.length > MAX_NODES || !nodes.every(isNode)) {
    const wanted = `up to ${MAX_NODES} of HOST:PORT, separated by commas, such as localhost:6881`;
    throw new UsageError(`--dht-bootstrap wants ${wanted}.`, command);
  }
  // A node of a network of this machine is nobody else's business.
  const host = nodes.every((node) => LOOPBACK.test(node)) ? '127.0.0.1' : undefined;
  return {
    ...settings,
    dht: { bootstrap: nodes, ...(host !== undefined && { host }) },
    givenDht: givenOptions({ dht: values.dht, 'dht-bootstrap': given }),
  };
}
