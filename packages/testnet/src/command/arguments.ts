import { parseArgs } from 'node:util';
import { type ServiceName, TestnetError } from '../errors.ts';

/** What the command was asked for. */
export interface TestnetArguments {
  /** `testnet` for the ports SDKs look at by themselves, or some by number; the others are free ones. */
  readonly ports: 'testnet' | Partial<Readonly<Record<ServiceName, number>>>;
  readonly folder: string | undefined;
  readonly dht: boolean;
  readonly inviteOnly: boolean;
  readonly json: boolean;
}

/** The option that sets the port of each server. */
export const PORT_OPTIONS = {
  'relay-port': 'relay',
  'homeserver-port': 'homeserver',
  'auth-relay-port': 'authRelay',
  'admin-port': 'admin',
  'dht-port': 'dht',
} as const satisfies Readonly<Record<string, ServiceName>>;

type PortOption = keyof typeof PORT_OPTIONS;

const LARGEST_PORT = 65_535;

const OPTIONS = {
  'fixed-ports': { type: 'boolean', default: false },
  'relay-port': { type: 'string' },
  'homeserver-port': { type: 'string' },
  'auth-relay-port': { type: 'string' },
  'admin-port': { type: 'string' },
  'dht-port': { type: 'string' },
  folder: { type: 'string' },
  dht: { type: 'boolean', default: false },
  'invite-only': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function wrong(mistake: string): TestnetError {
  return new TestnetError('TESTNET_BAD_ARGUMENTS', { mistake });
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    // Node says which option it does not know; its sentence ends with a full stop or not.
    throw wrong((error as Error).message.replace(/\.$/, ''));
  }
}

function readPort(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= LARGEST_PORT))
    throw wrong(`--${option} wants a number from 0 (any free port) to ${LARGEST_PORT}`);
  return port;
}

/**
 * Reads the arguments of the command; undefined if they ask for help.
 *
 * @throws TESTNET_BAD_ARGUMENTS
 */
export function readTestnetArguments(args: readonly string[]): TestnetArguments | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const chosen = Object.keys(PORT_OPTIONS).flatMap((option) => {
    const text = values[option as PortOption];
    return text === undefined ? [] : [[PORT_OPTIONS[option as PortOption], readPort(option, text)] as const];
  });
  if (values['fixed-ports'] && chosen.length > 0) {
    throw wrong('--fixed-ports sets every port: leave out the others, or name each port by itself');
  }
  if (values.folder === '') throw wrong('--folder wants the name of a folder');
  if (values['dht-port'] !== undefined && !values.dht) throw wrong('--dht-port means nothing without --dht');
  return {
    ports: values['fixed-ports'] ? 'testnet' : Object.fromEntries(chosen),
    folder: values.folder,
    dht: values.dht,
    inviteOnly: values['invite-only'],
    json: values.json,
  };
}
