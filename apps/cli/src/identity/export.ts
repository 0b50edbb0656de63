import { resolve } from 'node:path';
import { connectPubky, type Secret, wipe, zBase32 } from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { CommandFailed, UsageError } from '../command-errors.ts';
import { homeFiles, readKeyFile } from '../home/home-files.ts';
import { HOME_HELP, HOME_OPTIONS, type HomeSettings, readHomeSettings } from '../home/home-settings.ts';
import { asNetworkFailure } from '../home/network-advice.ts';
import { requireSecret } from '../home/open-home.ts';
import { writePrivateFile } from '../home/private-files.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { unlockHome } from '../home/unlock.ts';
import { type Destination, handOut, readDestination } from './secret-transfer.ts';
import { encodeSeedText, type SeedFormat } from './seed-text.ts';

const COMMAND = 'identity export';
/** All that publishing keys needs. */
const KEY_CAPABILITIES = '/pub/noise.app/v0/:rw';

/** What `paykit identity export` is asked for. */
export type ExportOptions = { readonly settings: HomeSettings } & (
  | { readonly what: 'public'; readonly file: string | undefined }
  | { readonly what: 'seed'; readonly format: SeedFormat; readonly to: Destination }
  | { readonly what: 'session'; readonly to: Destination }
);

/** What `paykit identity export --help` prints. */
export const EXPORT_HELP = `Usage: paykit identity export [options]

Hands out the seed of the identity. Whoever has it is you, for ever.

  --out FILE             to this file, which must not be there, for you only
  --stdout               to the output
  --format hex|z32       64 digits, or 52 characters of z-base-32 (default: hex)

  --public               hands out the public identity instead, which is no
                         secret (to the output unless --out is given)
  --session              hands out a session with the homeserver that may
                         publish keys and nothing else, for a machine without
                         the seed
${HOME_HELP}  -h, --help             show this text
`;

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readExportOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): ExportOptions | undefined {
  const options = {
    ...HOME_OPTIONS,
    out: { type: 'string' },
    stdout: { type: 'boolean' },
    format: { type: 'string', default: 'hex' },
    public: { type: 'boolean', default: false },
    session: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = readArguments({ args: [...args], options }, COMMAND);
  if (values.help) return undefined;
  const settings = readHomeSettings(values, environment, COMMAND);
  if (values.public && values.session) throw new UsageError('--public or --session, not both.', COMMAND);
  if (values.public) {
    return { settings, what: 'public', file: values.out === undefined ? undefined : resolve(values.out) };
  }
  const to = readDestination(values, COMMAND);
  if (values.session) return { settings, what: 'session', to };
  const { format } = values;
  if (format !== 'hex' && format !== 'z32') throw new UsageError('--format wants hex or z32.', COMMAND);
  return { settings, what: 'seed', format, to };
}

async function exportPublic(
  settings: HomeSettings,
  file: string | undefined,
  { terminal }: Surroundings,
): Promise<void> {
  const line = `${zBase32.encode((await readKeyFile(settings)).identity)}\n`;
  if (file === undefined) return terminal.write(line);
  if (await writePrivateFile(file, new TextEncoder().encode(line), { replace: false })) return;
  throw new CommandFailed(`The file ${file} is there already, and is not overwritten.`);
}

async function exportSeed(
  settings: HomeSettings,
  { format, to }: { readonly format: SeedFormat; readonly to: Destination },
  surroundings: Surroundings,
): Promise<void> {
  const { terminal } = surroundings;
  const unlocked = await unlockHome(settings, surroundings);
  try {
    const { folder } = settings;
    const { seed } = requireSecret({ secret: unlocked.secret, folder }, 'no seed');
    // Noted first: from now on somebody else may publish for this identity, too.
    await writePrivateFile(homeFiles(folder).exported, new Uint8Array(), { replace: true });
    await handOutSecret(seed, (bytes) => encodeSeedText(bytes, format), to, surroundings);
  } finally {
    unlocked.destroy();
  }
  terminal.tell('Whoever has this seed is you, for ever. Keep it where nobody else can read it.\n');
}

async function handOutSecret(
  secret: Secret,
  textOf: (bytes: Uint8Array) => Uint8Array,
  to: Destination,
  { terminal }: Surroundings,
): Promise<void> {
  const text = secret.use(textOf);
  try {
    await handOut(to, text, terminal);
  } finally {
    // What a stream has not written yet it still needs; a file is written.
    if (to.kind === 'file') wipe(text);
  }
}

/** Signs in once more, with less: that session is nobody's but the other machine's, and the home keeps its own. */
async function exportSession(
  settings: HomeSettings,
  to: Destination,
  surroundings: Surroundings,
): Promise<void> {
  const { signal, terminal, fetch, clock } = surroundings;
  const unlocked = await unlockHome(settings, surroundings);
  try {
    const { signer } = requireSecret({ secret: unlocked.secret, folder: settings.folder }, 'no seed');
    const { homeserver } = connectPubky({ ...settings.network, fetch, clock });
    const wishes = { capabilities: KEY_CAPABILITIES, signal };
    const session = await homeserver.signIn(signer, wishes).catch((error: unknown) => {
      throw asNetworkFailure(error, settings);
    });
    const exported = session.export();
    session.close();
    await handOutSecret(exported, (bytes) => bytes.slice(), to, surroundings).finally(() =>
      exported.destroy(),
    );
  } finally {
    unlocked.destroy();
  }
  terminal.tell('Whoever has this session can publish keys that you have signed, and nothing else.\n');
}

/** `paykit identity export` [S1.1]. */
export async function runExport(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const options = readExportOptions(args, surroundings.environment);
  if (options === undefined) return surroundings.terminal.write(EXPORT_HELP);
  const { settings } = options;
  if (options.what === 'public') return exportPublic(settings, options.file, surroundings);
  if (options.what === 'session') return exportSession(settings, options.to, surroundings);
  return exportSeed(settings, options, surroundings);
}
