import { isCodedError, type KeeperEvent, type QueueEvent } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import { isOutage, type SessionWishes } from '../home/home-session.ts';
import type { HomeSettings } from '../home/home-settings.ts';
import { asNetworkFailure, networkAdvice } from '../home/network-advice.ts';
import { withGiven } from '../home/next-command.ts';
import { type Home, openHome } from '../home/open-home.ts';
import { notePublished } from '../home/published-devices.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { reportDelivery } from './delivery-report.ts';
import { openKeys } from './open-keys.ts';
import { isWithoutRoom } from './without-room.ts';
import type { Work } from './work.ts';

/** What keepers tell about, for people. */
const EVENT_TEXTS: Readonly<Partial<Record<KeeperEvent['kind'] | QueueEvent['kind'], string>>> = {
  created: 'A new key was made.',
  adopted: 'The key that is published is one of this seed; its ledger was made anew.',
  restamped: 'The records were signed again.',
  rotated: 'A new key takes the place of the former one.',
  retired: 'The overlap of a former key is over; it was taken off.',
  revoked: 'A key was revoked.',
  restated: 'What is to be known of a key was signed again for a place that did not have it.',
  withdrawn: 'A revocation that nobody needs any more was taken off.',
};

/** Actions after which there is something new in the queue. */
const QUEUEING: readonly string[] = [
  'created',
  'restamped',
  'rotated',
  'retired',
  'revoked',
  'restated',
  'withdrawn',
];

/** Notes apart from the store that the device has keys, before anything of them is published. */
async function noteKeys({ home, keys, device, signal }: Work): Promise<void> {
  const { ledger } = await keys.keeper.status({ signal });
  if (ledger !== undefined) await notePublished(home.folder, device);
}

/**
 * Signs in or up, before anything goes into the packet. An outage is told, and does not end the work.
 *
 * @returns Its code, if there is one.
 */
async function openSession(
  home: Home,
  wishes: SessionWishes,
  settings: HomeSettings,
  { terminal }: Surroundings,
): Promise<string | undefined> {
  try {
    await home.session(wishes);
    return undefined;
  } catch (error) {
    if (!isOutage(error)) throw error;
    const { code } = error;
    const advice = networkAdvice(code, settings);
    terminal.tell(
      `The homeserver cannot be reached now (${code}).${advice === undefined ? '' : ` ${advice}`}\n`,
    );
    return code;
  }
}

/** Publishes what is queued, does what is due, and publishes that, too. */
async function deliver({ keys, signal }: Work, somethingNew: () => boolean): Promise<void> {
  somethingNew();
  await keys.queue.flush({ signal });
  await keys.keeper.run({ signal });
  if (!somethingNew()) return;
  await keys.queue.flush({ signal });
  await keys.keeper.run({ signal });
}

/** How something is done to the keys of a device. */
export interface WorkOptions {
  readonly settings: HomeSettings;
  /** That of the home if not given. */
  readonly device: string | undefined;
  readonly invite?: string | undefined;
}

/**
 * Opens a home, does something to its keys, publishes what comes of it, and reports per target [O5].
 *
 * @throws CommandFailed if not everything could be published; it is queued then, and the message says so.
 */
export async function withKeys(
  { settings, device, invite }: WorkOptions,
  surroundings: Surroundings,
  change: (work: Work) => Promise<void>,
): Promise<void> {
  const { terminal, signal } = surroundings;
  const home = await openHome(settings, surroundings);
  const written = new Set<string>();
  const crowded = new Set<string>();
  let news = 0;
  let isConfirmed = false;
  const onEvent = (event: KeeperEvent | QueueEvent): void => {
    if (QUEUEING.includes(event.kind)) news += 1;
    if (event.kind === 'published') written.add(event.target);
    if (event.kind === 'confirmed') isConfirmed = true;
    if (isWithoutRoom(event)) crowded.add(event.target);
    const text = EVENT_TEXTS[event.kind];
    if (text !== undefined) terminal.write(`${text}\n`);
  };
  const takeNews = (): boolean => {
    const any = news > 0;
    news = 0;
    return any;
  };
  try {
    const chosen = device ?? home.device;
    const wishes = { invite };
    const keys = openKeys(home, chosen, surroundings, { wishes, onEvent });
    try {
      const work = { home, keys, device: chosen, signal };
      const outage = await openSession(home, wishes, settings, surroundings);
      await noteKeys(work);
      await keys.queue.retryParked({ signal });
      await change(work);
      await noteKeys(work);
      terminal.tell('Publishing …\n');
      await deliver(work, takeNews);
      await reportDelivery(work, { settings, written, outage, isConfirmed, crowded }, surroundings);
    } finally {
      await keys.close();
    }
  } catch (error) {
    throw asFailure(error, settings);
  } finally {
    await home.close();
  }
}

/** What libraries advise in terms of their options, in terms of the command line. */
const COMMAND_ADVICE: Readonly<Record<string, string>> = {
  DISCOVERY_KEY_NOT_OURS:
    'Another key is published for this device, and it is not of this seed as far as can be told. Check --device; `paykit keys publish --take-over` replaces it.',
  DISCOVERY_OWN_KEY_UNKNOWN:
    'What is published for this device cannot be told now. Try again when homeserver and relays answer; `paykit keys publish --take-over` replaces it whatever it is.',
  DISCOVERY_CLOCK_BEHIND:
    'The clock of this machine is behind what was signed before. Set it right. If it is right now and was ahead then, nothing newer can be published for this device until that time: `paykit keys revoke --no-successor` works whatever the clock says, and another device (`paykit keys publish --device NAME`) can publish at once.',
  DISCOVERY_NO_CURRENT_KEY: 'This device has no key: `paykit keys publish` makes one.',
};

function asFailure(error: unknown, settings: HomeSettings): unknown {
  if (!isCodedError(error)) return error;
  const { code } = error;
  const advice = COMMAND_ADVICE[code];
  if (advice !== undefined) {
    return new CommandFailed(`${code}: ${withGiven(advice, settings.given + settings.givenDht)}`);
  }
  return asNetworkFailure(error, settings);
}
