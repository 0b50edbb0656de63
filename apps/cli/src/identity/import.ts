import { connectPubky, Secret, zBase32 } from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { CommandFailed, UsageError } from '../command-errors.ts';
import { homeFiles } from '../home/home-files.ts';
import {
  HOME_HELP,
  HOME_OPTIONS,
  type HomeSettings,
  readHomeSettings,
  readPublicKey,
} from '../home/home-settings.ts';
import { asNetworkFailure } from '../home/network-advice.ts';
import { withGiven } from '../home/next-command.ts';
import { createSessionFile } from '../home/session-file.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { createHome, type NewHome, unlockHome } from '../home/unlock.ts';
import { readDevice } from './device-argument.ts';
import { readSource, type Source, takeIn, withSecret } from './secret-transfer.ts';
import { decodeSeedText } from './seed-text.ts';

const COMMAND = 'identity import';

/** What `paykit identity import` is asked for. */
export type ImportOptions = { readonly settings: HomeSettings } & (
  | { readonly what: 'public'; readonly identity: Uint8Array; readonly device: string }
  | { readonly what: 'seed'; readonly from: Source; readonly device: string }
  | { readonly what: 'session'; readonly from: Source }
);

/** What `paykit identity import --help` prints. */
export const IMPORT_HELP = `Usage: paykit identity import [options]

Makes a home for an identity whose seed there is already. An identity that is
there is never overwritten.

  --in FILE              the seed: 64 digits of hex, or 52 characters of
                         z-base-32
  --stdin                the same from the input
  --device NAME          what this device is called (default: default); give
                         each machine with the same seed a name of its own

  --public IDENTITY      makes a home that has no seed: it publishes what is
                         signed where the seed is
  --session              takes in a session of \`paykit identity export
                         --session\`, from --in or --stdin, for the home that is
                         there
  --no-passphrase        keep everything unencrypted
${HOME_HELP}  -h, --help             show this text
`;

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readImportOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): ImportOptions | undefined {
  const options = {
    ...HOME_OPTIONS,
    in: { type: 'string' },
    stdin: { type: 'boolean' },
    device: { type: 'string', default: 'default' },
    public: { type: 'string' },
    session: { type: 'boolean', default: false },
    'no-passphrase': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values, positionals } = readArguments(
    { args: [...args], options, allowPositionals: true },
    COMMAND,
  );
  if (values.help) return undefined;
  // Not quoted: it may be the seed.
  if (positionals.length > 0) {
    throw new UsageError('There is an argument too many. A seed is never one: use --in or --stdin.', COMMAND);
  }
  const read = readHomeSettings(values, environment, COMMAND);
  const settings = { ...read, passphrase: { ...read.passphrase, none: values['no-passphrase'] } };
  if (values.public !== undefined && values.session) {
    throw new UsageError('--public or --session, one after the other.', COMMAND);
  }
  if (values.session) return { settings, what: 'session', from: readSource(values, COMMAND) };
  const device = readDevice(values.device, COMMAND);
  if (values.public === undefined) {
    return { settings, what: 'seed', from: readSource(values, COMMAND), device };
  }
  const identity = readPublicKey(values.public, '--public', COMMAND);
  return { settings, what: 'public', identity, device };
}

/** What to do with what was brought. */
const NEXT = {
  seed: 'Next: `paykit publish` makes this device findable; with --homeserver KEY if the identity has no account yet.\n',
  public:
    'Next: `paykit identity import --session --in FILE`, with a session from where the seed is; to publish without the homeserver, `paykit keys prepare --request-out FILE`.\n',
  session: 'Next: `paykit publish` makes this device findable.\n',
  'cold session': 'Next: `paykit keys prepare --request-out FILE`, which is signed where the seed is.\n',
} as const;

async function importHome(settings: HomeSettings, made: NewHome, surroundings: Surroundings): Promise<void> {
  const unlocked = await createHome(settings, made, surroundings, COMMAND);
  unlocked.destroy();
  const identity = zBase32.encode(unlocked.header.identity);
  surroundings.terminal.write(
    `Identity  ${identity}\nDevice    ${made.device}\nHome      ${settings.folder}\n`,
  );
  const next = NEXT[made.origin === 'public' ? 'public' : 'seed'];
  surroundings.terminal.tell(withGiven(next, settings.given));
}

async function importSession(
  settings: HomeSettings,
  from: Source,
  surroundings: Surroundings,
): Promise<void> {
  const { terminal, signal, fetch, clock } = surroundings;
  const { header, seal, destroy } = await unlockHome(settings, surroundings);
  try {
    await withSecret(await takeIn(from, terminal), async (exported) => {
      const { homeserver } = connectPubky({ ...settings.network, fetch, clock });
      const secret = Secret.copyOf(exported);
      const session = await homeserver
        .restore(secret, { signal })
        .catch((error: unknown) => {
          throw asNetworkFailure(error, settings);
        })
        .finally(() => secret.destroy());
      const owner = session.publicKey;
      session.close();
      if (zBase32.encode(owner) !== zBase32.encode(header.identity)) {
        throw new CommandFailed('That session is of another identity. It was not kept.');
      }
      await createSessionFile(homeFiles(settings.folder).session, seal).save(owner, exported);
    });
  } finally {
    destroy();
  }
  if (seal.protection.kind === 'none') {
    terminal.tell('Warning: this home has no passphrase; whoever reads its files has the session.\n');
  }
  terminal.write('The session is good, and kept in this home.\n');
  terminal.tell(withGiven(NEXT[header.origin === 'public' ? 'cold session' : 'session'], settings.given));
}

/** `paykit identity import` [S1.1]. */
export async function runImport(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const options = readImportOptions(args, surroundings.environment);
  if (options === undefined) return surroundings.terminal.write(IMPORT_HELP);
  const { settings } = options;
  if (options.what === 'session') return importSession(settings, options.from, surroundings);
  const { device } = options;
  if (options.what === 'public') {
    return importHome(settings, { identity: options.identity, device, origin: 'public' }, surroundings);
  }
  await withSecret(await takeIn(options.from, surroundings.terminal), (text) => {
    const seed = decodeSeedText(text);
    if (seed === undefined) {
      throw new CommandFailed(
        'That is no seed. It is 32 bytes: 64 digits of hex, or 52 characters of z-base-32.',
      );
    }
    return importHome(settings, { seed: Secret.take(seed), device, origin: 'imported' }, surroundings);
  });
}
