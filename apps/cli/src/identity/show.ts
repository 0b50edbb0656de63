import { zBase32 } from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { readKeyFile } from '../home/home-files.ts';
import { HOME_OPTIONS, type HomeSettings, readHomeSettings } from '../home/home-settings.ts';
import type { Surroundings } from '../home/surroundings.ts';

const COMMAND = 'identity show';

/** What `paykit identity show` is asked for. */
export interface ShowOptions {
  readonly settings: HomeSettings;
  readonly json: boolean;
}

/** What `paykit identity show --help` prints. */
export const SHOW_HELP = `Usage: paykit identity show [options]

Shows what everybody may know of the identity in the home. No passphrase is
needed.

  --home DIR             where it is (default: PAYKIT_HOME, else ~/.paykit)
  --json                 as one line of JSON
  -h, --help             show this text
`;

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readShowOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): ShowOptions | undefined {
  const options = {
    home: HOME_OPTIONS.home,
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = readArguments({ args: [...args], options }, COMMAND);
  if (values.help) return undefined;
  return { settings: readHomeSettings(values, environment, COMMAND), json: values.json };
}

const SEED_PLACES = {
  created: 'in this home',
  imported: 'in this home, and where it came from',
  public: 'elsewhere',
} as const;

/** `paykit identity show`. */
export async function runShow(
  args: readonly string[],
  { environment, terminal }: Surroundings,
): Promise<void> {
  const options = readShowOptions(args, environment);
  if (options === undefined) return terminal.write(SHOW_HELP);
  const { folder } = options.settings;
  const { identity, device, origin, protection } = await readKeyFile(options.settings);
  const key = zBase32.encode(identity);
  const encrypted = protection.kind === 'passphrase';
  if (options.json) {
    const facts = { identity: key, device, seed: origin, encrypted, home: folder };
    return terminal.write(`${JSON.stringify(facts)}\n`);
  }
  terminal.write(
    [
      `Identity  ${key}`,
      `Link      pubky://${key}`,
      `Device    ${device}`,
      `Seed      ${SEED_PLACES[origin]}${encrypted ? ', under a passphrase' : origin === 'public' ? '' : ', NOT encrypted'}`,
      `Home      ${folder}`,
      '',
    ].join('\n'),
  );
}
