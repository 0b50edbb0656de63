import { readArguments } from '../arguments.ts';
import { UsageError } from '../command-errors.ts';
import { HOME_OPTIONS, type HomeSettings, readHomeSettings } from '../home/home-settings.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { PEER_KEY, readKeyPrefix } from './key-argument.ts';
import { type Peer, readPeer } from './peer-argument.ts';

/** For what is said about mistakes. */
export const DECIDE_COMMAND = 'keys decide';

/** What the user has decided. */
export type KeyDecision =
  | {
      readonly kind: 'accept';
      /** The beginning of one of the two keys in hex, 16 digits at least. */
      readonly prefix: string;
    }
  | { readonly kind: 'forget' | 'forget-history' };

/** What `paykit keys decide` is asked for. */
export interface DecideOptions extends Peer {
  readonly settings: HomeSettings;
  readonly decision: KeyDecision;
  readonly yes: boolean;
}

/** What `paykit keys decide --help` prints. */
export const DECIDE_HELP = `Usage: paykit keys decide IDENTITY --accept KEY [options]
       paykit keys decide IDENTITY --forget [options]
       paykit keys decide IDENTITY --forget-history [options]

Settles a doubt about the key of somebody that no look-up can settle. Ask the
owner first, by another way than this network: whoever is in between can change
what is shown here. \`paykit keys peers\` shows what is in doubt. A contact in
conflict need not have changed its key: whoever is on the way to one that was
trusted at a first contact can break a handshake off and show any other key.

  --accept KEY           one of two keys in conflict, by the first 16 or more
                         digits, is the right one. A record that names another
                         one is a conflict again
  --forget               drop the key that is kept, and its rival; the next
                         look-up takes what is published. Older and revoked keys
                         stay refused
  --forget-history       drop what is remembered of the device, too: OLD AND
                         REVOKED KEYS MAY BE TAKEN AGAIN. For a device whose
                         owner says that it went back to Paykit 0.8, or if what
                         is kept is damaged
  --yes                  do not ask
  --device NAME          which of the devices (default: default)
  --home DIR             where keys are kept (default: PAYKIT_HOME, else
                         ~/.paykit); no network, identity or passphrase needed
  -h, --help             show this text
`;

/** @throws UsageError unless exactly one was given. */
function readDecision(
  values: {
    readonly accept?: string | undefined;
    readonly forget: boolean;
    readonly 'forget-history': boolean;
  },
  givenHome: string,
): KeyDecision {
  const decisions: readonly KeyDecision[] = [
    ...(values.accept === undefined
      ? []
      : [
          {
            kind: 'accept',
            prefix: readKeyPrefix(values.accept, DECIDE_COMMAND, givenHome, PEER_KEY),
          } as const,
        ]),
    ...(['forget', 'forget-history'] as const).filter((kind) => values[kind]).map((kind) => ({ kind })),
  ];
  const [only] = decisions;
  if (only !== undefined && decisions.length === 1) return only;
  throw new UsageError('It wants one of --accept KEY, --forget and --forget-history.', DECIDE_COMMAND);
}

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readDecideOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): DecideOptions | undefined {
  const options = {
    home: HOME_OPTIONS.home,
    device: { type: 'string', default: 'default' },
    accept: { type: 'string' },
    forget: { type: 'boolean', default: false },
    'forget-history': { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values, positionals } = readArguments(
    { args: [...args], options, allowPositionals: true },
    DECIDE_COMMAND,
  );
  if (values.help) return undefined;
  const settings = readHomeSettings(values, environment, DECIDE_COMMAND);
  return {
    ...readPeer(positionals, values.device, DECIDE_COMMAND),
    settings,
    decision: readDecision(values, settings.givenHome),
    yes: values.yes,
  };
}
