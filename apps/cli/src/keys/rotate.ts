import { currentKey, hex, KEY_POLICIES, type KeyLedger, liveKeys } from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { DHT_HELP, DHT_OPTIONS, readDhtSettings } from '../home/dht-settings.ts';
import { HOME_HELP, HOME_OPTIONS, type HomeSettings } from '../home/home-settings.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { readDevice } from '../identity/device-argument.ts';
import { withKeys } from './delivery.ts';
import { answeredIn } from './key-rows.ts';
import { dateText, durationText } from './time-text.ts';

const COMMAND = 'keys rotate';

/** What `paykit keys rotate` is asked for. */
export interface RotateOptions {
  readonly settings: HomeSettings;
  readonly device: string | undefined;
}

/** What `paykit keys rotate --help` prints. */
export const ROTATE_HELP = `Usage: paykit keys rotate [options]

Replaces the Noise key of this device, and publishes the new one. The former one
is taken for an overlap, so that nobody who has just looked it up is turned
away. Only the two newest former keys are taken: more than two rotations within
7 days turn others away early.

  --device NAME          whose key (default: the device of the home)
${HOME_HELP}${DHT_HELP}  -h, --help             show this text
`;

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readRotateOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): RotateOptions | undefined {
  const options = {
    ...HOME_OPTIONS,
    ...DHT_OPTIONS,
    device: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = readArguments({ args: [...args], options }, COMMAND);
  if (values.help) return undefined;
  const device = values.device === undefined ? undefined : readDevice(values.device, COMMAND);
  return { settings: readDhtSettings(values, environment, COMMAND), device };
}

const TURNED_AWAY =
  'not answered any more: only the two newest former keys are. Who still has this one looks the new key up.';

/** The new key, and until when the former ones are taken: for the overlap, which begins when all targets have the new one. */
function rotatedText(ledger: KeyLedger, nowMs: number): string {
  const { overlapMs } = KEY_POLICIES.standard;
  const key = currentKey(ledger);
  const answered = answeredIn(ledger, nowMs);
  const former = liveKeys(ledger).filter(({ status }) => status === 'former');
  const takenText = (sinceMs: number): string =>
    `taken for ${durationText(overlapMs)} from when the new one is published: retired ${dateText(sinceMs + overlapMs, nowMs)} at the earliest`;
  return [
    ...(key === undefined ? [] : [`New key     ${hex.encode(key.noiseKey)}`]),
    ...former.map((each) => {
      const taken = answered.includes(each) ? takenText(each.supersededAtMs ?? nowMs) : TURNED_AWAY;
      return `Former key  ${hex.encode(each.noiseKey)}\n  ${taken}`;
    }),
    '',
  ].join('\n');
}

/** `paykit keys rotate` [O3]. @throws CommandFailed if something could not be published. */
export async function runRotate(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const { environment, terminal, clock } = surroundings;
  const options = readRotateOptions(args, environment);
  if (options === undefined) return terminal.write(ROTATE_HELP);
  await withKeys(options, surroundings, async ({ keys, signal }) => {
    terminal.write(rotatedText(await keys.keeper.rotate({ signal }), clock.now()));
  });
}
