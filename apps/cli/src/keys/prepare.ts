import {
  coldBundleCodec,
  coldRequestCodec,
  createColdRequest,
  hex,
  type KeyLedger,
  prepareOffline,
} from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import { readKeyFile } from '../home/home-files.ts';
import { openHomeFolder } from '../home/home-folder.ts';
import { asNetworkFailure } from '../home/network-advice.ts';
import { requireSecret } from '../home/open-home.ts';
import { notePublished } from '../home/published-devices.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { unlockHome } from '../home/unlock.ts';
import { readColdFile, writeColdFile } from './cold-file.ts';
import { requireConfirmation } from './confirmation.ts';
import { keyWithPrefix } from './key-argument.ts';
import { viewKeys } from './open-keys.ts';
import {
  PREPARE_HELP,
  type PrepareAction,
  type PrepareOptions,
  readPrepareOptions,
} from './prepare-options.ts';
import { dateText } from './time-text.ts';

type RequestOptions = Extract<PrepareOptions, { step: 'request' }>;
type SignOptions = Extract<PrepareOptions, { step: 'sign' }>;
type ColdRequest = Awaited<ReturnType<typeof createColdRequest>>;

interface Wanted {
  readonly action: PrepareAction;
  readonly which: { readonly context: string } | { readonly noiseKey: Uint8Array } | 'all';
}

/** What to do: what was said, else what is due, else the records signed again. */
function wantedOf(
  { settings, action, prefix }: RequestOptions,
  ledger: KeyLedger | undefined,
  next: { readonly action: PrepareAction; readonly dueMs: number; readonly context?: string } | undefined,
  nowMs: number,
): Wanted {
  if (action !== undefined || prefix !== undefined) {
    const which = prefix === undefined ? 'all' : keyWithPrefix(ledger, prefix, settings.givenHome);
    return { action: action ?? 'revoke', which };
  }
  if (next !== undefined && next.dueMs <= nowMs) {
    return { action: next.action, which: next.context === undefined ? 'all' : { context: next.context } };
  }
  return { action: ledger === undefined ? 'publish' : 'restamp', which: 'all' };
}

async function request(options: RequestOptions, surroundings: Surroundings): Promise<void> {
  const { clock, signal, terminal } = surroundings;
  const { settings, file, successor } = options;
  const { identity, device: own } = await readKeyFile(settings);
  const device = options.device ?? own;
  const home = await openHomeFolder(settings, surroundings);
  try {
    const { keeper } = viewKeys(home, identity, device, surroundings);
    const { ledger, next } = await keeper.status({ signal });
    const wanted = wantedOf(options, ledger, next, clock.now());
    const { packets } = home.network;
    const made = await createColdRequest({
      identity,
      device,
      ledger,
      successor,
      packets,
      clock,
      signal,
      ...wanted,
    }).catch((error) => {
      if (!(error instanceof RangeError)) throw asNetworkFailure(error, settings);
      throw new CommandFailed(`There is nothing to ${wanted.action}.`);
    });
    await writeColdFile(file, coldRequestCodec.encode(made));
    terminal.write(`${requestText(made, clock.now())}Request   ${file}\n`);
    if (made.packet === undefined) {
      terminal.tell('The identity has no packet yet, so that only the file on the homeserver is prepared.\n');
    }
    terminal.tell('Next: carry it to the seed, and run `paykit keys prepare --in FILE --out FILE` there.\n');
  } finally {
    await home.close();
  }
}

/** What a request asks for, for whoever signs it to look at. */
function requestText({ action, device, createdMs, statements }: ColdRequest, nowMs: number): string {
  const rows = statements.map(({ kind, device: under, noiseKey, context }) => {
    const key = noiseKey === undefined ? undefined : hex.encode(noiseKey);
    const about = key ?? (context === undefined ? '' : `a new key (${context})`);
    return `  ${kind.padEnd(12)}${under} ${about}`.trimEnd();
  });
  return [
    `Action    ${action}`,
    `Device    ${device}`,
    `Asked     ${dateText(createdMs, nowMs)}`,
    ...rows,
    '',
  ].join('\n');
}

async function sign(
  { settings, request: from, file, yes }: SignOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { clock, terminal } = surroundings;
  const asked = coldRequestCodec.decode(await readColdFile(from));
  terminal.write(requestText(asked, clock.now()));
  // The seed meets a file from elsewhere here: that nobody is there to look at it is no yes.
  await requireConfirmation('Sign this?', { yes, terminal, command: 'keys prepare' });
  const unlocked = await unlockHome(settings, surroundings);
  try {
    const { signer, derive } = requireSecret({ secret: unlocked.secret, folder: settings.folder });
    const bundle = await prepareOffline(asked, signer, { derive, clock });
    // It is out of our hands then.
    await notePublished(settings.folder, asked.device);
    await writeColdFile(file, coldBundleCodec.encode(bundle));
    terminal.write(`Signed    ${file}\nGood      until ${dateText(bundle.expiresMs, clock.now())}\n`);
  } finally {
    unlocked.destroy();
  }
  terminal.tell('Next: carry it back, and run `paykit keys publish --prepared FILE` there.\n');
}

/** `paykit keys prepare` [O3]. */
export async function runPrepare(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const options = readPrepareOptions(args, surroundings.environment);
  if (options === undefined) return surroundings.terminal.write(PREPARE_HELP);
  await (options.step === 'request' ? request(options, surroundings) : sign(options, surroundings));
}
