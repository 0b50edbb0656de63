import { isCodedError, Secret, zBase32 } from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { CommandFailed } from '../command-errors.ts';
import { HOME_HELP, HOME_OPTIONS, type HomeSettings, readHomeSettings } from '../home/home-settings.ts';
import { networkAdvice } from '../home/network-advice.ts';
import { type Home, openHome } from '../home/open-home.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { createHome } from '../home/unlock.ts';
import { readDevice } from './device-argument.ts';

const COMMAND = 'identity create';
const SEED_BYTES = 32;

/** What `paykit identity create` is asked for. */
export interface CreateOptions {
  readonly settings: HomeSettings;
  readonly device: string;
  readonly signUp: boolean;
  readonly invite: string | undefined;
}

/** What `paykit identity create --help` prints. */
export const CREATE_HELP = `Usage: paykit identity create [options]

Makes a new identity: 32 random bytes, kept in the home, encrypted under a
passphrase. An identity that is there already is never overwritten.

  --device NAME          what this device is called (default: default)
  --sign-up              make an account on the homeserver, too
  --invite CODE          where the homeserver asks for one
  --no-passphrase        keep the seed unencrypted: whoever reads the file is
                         you
${HOME_HELP}  -h, --help             show this text
`;

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readCreateOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): CreateOptions | undefined {
  const options = {
    ...HOME_OPTIONS,
    device: { type: 'string', default: 'default' },
    'sign-up': { type: 'boolean', default: false },
    invite: { type: 'string' },
    'no-passphrase': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = readArguments({ args: [...args], options }, COMMAND);
  if (values.help) return undefined;
  const settings = readHomeSettings(values, environment, COMMAND);
  return {
    settings: { ...settings, passphrase: { ...settings.passphrase, none: values['no-passphrase'] } },
    device: readDevice(values.device, COMMAND),
    signUp: values['sign-up'],
    invite: values.invite,
  };
}

/** The command that makes an identity findable, and its account where there is none. */
function publishCommand({ homeserver, given }: HomeSettings, invite?: string): string {
  // Named by an option, which is given again, or by the environment, which stays.
  const where = homeserver === undefined ? ' --homeserver KEY' : '';
  const code = invite === undefined ? '' : ' --invite CODE';
  return `\`paykit publish${where}${given}${code}\``;
}

const nextText = (settings: HomeSettings): string => `Next: ${publishCommand(settings)} makes it findable.\n`;

/** @throws CommandFailed: the identity is there all the same. */
async function signUp({ settings, invite }: CreateOptions, home: Home, signal: AbortSignal): Promise<void> {
  try {
    await home.session({ invite });
  } catch (error) {
    const isTold = isCodedError(error) || error instanceof CommandFailed;
    if (!isTold || signal.aborted) throw error;
    const code = isCodedError(error) ? error.code : undefined;
    const advice = networkAdvice(code, settings) ?? error.message;
    throw new CommandFailed(
      `${code === undefined ? '' : `${code}: `}${advice}\nThe identity is made, and kept in ${settings.folder}; it has no account yet. Do not create it again: go on with ${publishCommand(settings, invite)}, which signs up, too.`,
    );
  }
}

/** `paykit identity create` [F1] [S1.1]. */
export async function runCreate(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const { environment, terminal, random } = surroundings;
  const options = readCreateOptions(args, environment);
  if (options === undefined) return terminal.write(CREATE_HELP);
  const { settings, device } = options;
  const seed = Secret.take(random.bytes(SEED_BYTES));
  const unlocked = await createHome(settings, { seed, device, origin: 'created' }, surroundings, COMMAND);
  const identity = zBase32.encode(unlocked.header.identity);
  terminal.write(`Identity  ${identity}\nDevice    ${device}\nHome      ${settings.folder}\n`);
  if (!options.signUp) {
    unlocked.destroy();
    terminal.tell(nextText(settings));
    return;
  }
  const home = await openHome(settings, surroundings, unlocked);
  try {
    terminal.tell('Signing up …\n');
    await signUp(options, home, surroundings.signal);
    terminal.write('Signed up.\n');
    terminal.tell(nextText(settings));
  } finally {
    await home.close();
  }
}
