import { readArguments } from '../arguments.ts';
import { DHT_HELP, DHT_OPTIONS, readDhtSettings } from '../home/dht-settings.ts';
import { HOME_OPTIONS, type HomeSettings } from '../home/home-settings.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { type Peer, readPeer } from './peer-argument.ts';

/** What `paykit keys discover` is asked for. */
export interface DiscoverKeyOptions extends Peer {
  readonly settings: HomeSettings;
  readonly json: boolean;
}

/** What `paykit keys discover --help` prints. */
export const DISCOVER_HELP = `Usage: paykit discover IDENTITY [options]

Looks up the Noise key to connect to somebody with: in the file on the
homeserver and in the signed packet, verified and fresh. What is found is kept
for payments; \`paykit keys peers\` shows it. Exit status 1, with the reason and
what to do, if there is no key that may be used.

  --device NAME          which of the devices (default: default)
  --json                 as one line of JSON, found or not
  --home DIR             where keys and what was seen are kept (default:
                         PAYKIT_HOME, else ~/.paykit); no identity is needed
  --testnet              a test network on its fixed ports on this machine
${DHT_HELP}  -h, --help             show this text
`;

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readDiscoverOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
  command: string,
): DiscoverKeyOptions | undefined {
  const options = {
    home: HOME_OPTIONS.home,
    testnet: HOME_OPTIONS.testnet,
    ...DHT_OPTIONS,
    device: { type: 'string', default: 'default' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values, positionals } = readArguments(
    { args: [...args], options, allowPositionals: true },
    command,
  );
  if (values.help) return undefined;
  return {
    ...readPeer(positionals, values.device, command),
    settings: readDhtSettings(values, environment, command),
    json: values.json,
  };
}
