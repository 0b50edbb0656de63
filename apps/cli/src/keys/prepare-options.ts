import { readArguments } from '../arguments.ts';
import { UsageError } from '../command-errors.ts';
import { HOME_HELP, HOME_OPTIONS, type HomeSettings, readHomeSettings } from '../home/home-settings.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { readDevice } from '../identity/device-argument.ts';
import { readKeyPrefix } from './key-argument.ts';

const COMMAND = 'keys prepare';

/** What can be asked for, in the order help shows it. */
const ACTIONS = ['publish', 'restamp', 'rotate', 'revoke', 'retire', 'withdraw'] as const;

/** What a request is for. */
export type PrepareAction = (typeof ACTIONS)[number];

/** What `paykit keys prepare` is asked for: to ask for signatures, or to give them. */
export type PrepareOptions = { readonly settings: HomeSettings } & (
  | {
      readonly step: 'request';
      readonly file: string;
      readonly device: string | undefined;
      /** What is due if not given. */
      readonly action: PrepareAction | undefined;
      readonly prefix: string | undefined;
      readonly successor: boolean;
    }
  | { readonly step: 'sign'; readonly request: string; readonly file: string; readonly yes: boolean }
);

/** What `paykit keys prepare --help` prints. */
export const PREPARE_HELP = `Usage: paykit keys prepare --request-out FILE [options]   where the network is
       paykit keys prepare --in FILE --out FILE [options]  where the seed is

Keeps the seed on a machine without network. The machine with the network, which
has no seed, writes down what is to be signed; the other one signs it; back on
the first, \`paykit keys publish --prepared FILE\` publishes it. No file holds a
secret.

  --request-out FILE     write a request, for what is due
  --action WORD          for something else:
                         ${ACTIONS.join(', ')}
  --key PREFIX           which key to revoke, retire or withdraw (default: all)
  --no-successor         no new key in the place of a revoked one
  --device NAME          whose keys (default: the device of the home)

  --in FILE              the request; what it asks for is shown
  --out FILE             where the signed answer goes; it is good for 7 days
  --yes                  do not ask before signing; a script has to say it
${HOME_HELP}  -h, --help             show this text
`;

function readAction(text: string | undefined): PrepareAction | undefined {
  const action = ACTIONS.find((each) => each === text);
  if (text === undefined || action !== undefined) return action;
  throw new UsageError(`--action wants one of ${ACTIONS.join(', ')}.`, COMMAND);
}

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readPrepareOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): PrepareOptions | undefined {
  const options = {
    ...HOME_OPTIONS,
    device: { type: 'string' },
    'request-out': { type: 'string' },
    action: { type: 'string' },
    key: { type: 'string' },
    'no-successor': { type: 'boolean', default: false },
    in: { type: 'string' },
    out: { type: 'string' },
    yes: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = readArguments({ args: [...args], options }, COMMAND);
  if (values.help) return undefined;
  const settings = readHomeSettings(values, environment, COMMAND);
  const { 'request-out': request, in: input, out } = values;
  if (request !== undefined && input === undefined && out === undefined) {
    return {
      settings,
      step: 'request',
      file: request,
      device: values.device === undefined ? undefined : readDevice(values.device, COMMAND),
      action: readAction(values.action),
      prefix: values.key === undefined ? undefined : readKeyPrefix(values.key, COMMAND, settings.givenHome),
      successor: !values['no-successor'],
    };
  }
  if (request === undefined && input !== undefined && out !== undefined) {
    return { settings, step: 'sign', request: input, file: out, yes: values.yes };
  }
  throw new UsageError('It wants --request-out FILE, or --in FILE and --out FILE.', COMMAND);
}
