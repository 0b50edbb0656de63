import { connectPeerKeys, hex, type KeyCache, zBase32 } from 'pubky-paykit';
import { CommandFailed, UsageError } from '../command-errors.ts';
import { openHomeFolder } from '../home/home-folder.ts';
import { withGivenHome } from '../home/next-command.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { requireConfirmation } from './confirmation.ts';
import {
  DECIDE_COMMAND,
  DECIDE_HELP,
  type DecideOptions,
  type KeyDecision,
  readDecideOptions,
} from './decide-options.ts';
import type { Peer } from './peer-argument.ts';
import { isRotten, isUnreadable } from './peer-cache-failure.ts';
import { asPeerFailure } from './peer-command.ts';

type KeptKey = Awaited<ReturnType<KeyCache['read']>>;

/** A decision that fits what is kept: what it means, how it is carried out, and what comes of it. */
interface Plan {
  /** What it is about, for whoever is asked to look at. */
  readonly shown: string;
  /** Told whether anybody is asked or not. */
  readonly warning: string;
  readonly question: string;
  readonly done: string;
  carryOut(signal: AbortSignal): Promise<void>;
}

const nameOf = ({ identity, device }: Peer): string => `${zBase32.encode(identity)} (device ${device})`;

const NOT_LISTED = '`paykit keys peers` shows what is kept.';

/** What a plan is made of. */
interface Case {
  readonly cache: KeyCache;
  readonly peer: Peer;
  /** Nothing if it cannot be read. */
  readonly kept: KeptKey | undefined;
  /** Where what is kept is shown. */
  readonly hint: string;
}

/** The key that begins so, and the one against it. @throws CommandFailed unless it is one of two. */
function chosenOf(
  { entry, rival }: KeptKey,
  prefix: string,
  { peer, hint }: Case,
): { readonly chosen: Uint8Array; readonly other: Uint8Array | undefined } {
  if (entry.state !== 'conflict') {
    throw new CommandFailed(
      `There are no two keys of ${nameOf(peer)} to choose from: its state is ${entry.state}. ${hint}`,
    );
  }
  const disputed = [entry.noiseKey, rival].filter((key) => key !== undefined);
  const [chosen, ...more] = disputed.filter((key) => hex.encode(key).startsWith(prefix));
  if (chosen !== undefined && more.length === 0) {
    return { chosen, other: disputed.find((key) => key !== chosen) };
  }
  const how = chosen === undefined ? 'Neither key begins' : 'Both keys begin';
  throw new CommandFailed(`${how} with ${prefix}. ${hint}`);
}

/** What is kept, where there has to be something that can be read. @throws CommandFailed */
function requireKept({ kept, peer, hint }: Case): KeptKey {
  if (kept === undefined || kept.entry.state === 'unknown') {
    throw new CommandFailed(`No key of ${nameOf(peer)} is kept. ${hint}`);
  }
  return kept;
}

function planAccept(about: Case, prefix: string): Plan {
  const { cache, peer } = about;
  const kept = requireKept(about);
  const { chosen, other } = chosenOf(kept, prefix, about);
  const against = other === undefined ? '' : `Against   ${hex.encode(other)}\n`;
  const { contact } = kept;
  return {
    shown: `Accepts   ${hex.encode(chosen)}\n${against}`,
    warning: '',
    question: `Has the owner of ${nameOf(peer)} said, by another way than this network, that the first one is right?`,
    done: 'The key is used from now on. The next look-up compares it with what is published: a record that names another one is a conflict again.',
    carryOut: (signal) => cache.accept(peer.identity, peer.device, chosen, { contact, signal }),
  };
}

function planForget(about: Case): Plan {
  const { cache, peer } = about;
  const { entry, rival } = requireKept(about);
  const keys = [entry.state === 'unknown' ? undefined : entry.noiseKey, rival];
  const rows = keys.flatMap((key) => (key === undefined ? [] : [`Forgets   ${hex.encode(key)}\n`]));
  return {
    shown: rows.join(''),
    warning: '',
    question: `Forget the key of ${nameOf(peer)}, and take what is published next time?`,
    done: 'The key is forgotten. The next look-up takes what is published; older and revoked keys stay refused.',
    carryOut: (signal) => cache.forget(peer.identity, peer.device, { signal }),
  };
}

/** Also what cannot be read. @throws CommandFailed if there is nothing. */
function planForgetHistory({ cache, peer, kept, hint }: Case): Plan {
  const { newest, revokedKeys = [] } = kept?.memory ?? {};
  if (kept?.entry.state === 'unknown' && newest === undefined && revokedKeys.length === 0) {
    throw new CommandFailed(`Nothing of ${nameOf(peer)} is remembered. ${hint}`);
  }
  const revoked = kept === undefined ? 'unknown: what is kept cannot be read' : `${revokedKeys.length}`;
  return {
    shown: `Forgets   all that is remembered of ${nameOf(peer)}\nRevoked   ${revoked}\n`,
    warning:
      'Warning: old keys of this device, and keys that its owner has revoked, may be taken again, also from somebody who stole one.\n',
    question: `Forget the history of ${nameOf(peer)} all the same?`,
    done: 'Nothing of the device is remembered any more. The next look-up is a first one.',
    carryOut: (signal) => cache.forgetHistory(peer.identity, peer.device, { signal }),
  };
}

function planOf(about: Case, decision: KeyDecision): Plan {
  if (decision.kind === 'accept') return planAccept(about, decision.prefix);
  return { forget: planForget, 'forget-history': planForgetHistory }[decision.kind](about);
}

/** What is kept; nothing if it cannot be read, and is to be forgotten with its history. */
async function keptOf(
  cache: KeyCache,
  { identity, device, decision }: DecideOptions,
  signal: AbortSignal,
): Promise<KeptKey | undefined> {
  try {
    return await cache.read(identity, device, { signal });
  } catch (error) {
    if (decision.kind === 'forget-history' && (isUnreadable(error) || isRotten(error))) return undefined;
    throw error;
  }
}

async function decide(options: DecideOptions, surroundings: Surroundings): Promise<void> {
  const { terminal, clock, signal } = surroundings;
  const { settings, yes } = options;
  const home = await openHomeFolder(settings, surroundings);
  try {
    const { cache } = connectPeerKeys({ network: home.network, store: home.store, clock });
    const kept = await keptOf(cache, options, signal);
    const hint = withGivenHome(NOT_LISTED, settings.givenHome);
    const plan = planOf({ cache, peer: options, kept, hint }, options.decision);
    terminal.write(plan.shown);
    terminal.tell(plan.warning);
    await requireConfirmation(plan.question, { yes, terminal, command: DECIDE_COMMAND });
    await plan.carryOut(signal);
    terminal.write(`${plan.done}\n`);
  } catch (error) {
    throw asPeerFailure(error, options, settings.givenHome);
  } finally {
    await home.close();
  }
}

/**
 * `paykit keys decide`: what nobody but the user can decide [S2.3] [S3.3] [F3].
 *
 * @throws CommandFailed if there is nothing to decide so, or it is not meant.
 */
export async function runDecide(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const { environment, terminal } = surroundings;
  const options = readDecideOptions(args, environment);
  if (options === undefined) return terminal.write(DECIDE_HELP);
  // Before anything is opened.
  if (!options.yes && terminal.dialog === undefined) {
    throw new UsageError(
      'A decision wants somebody who has asked the owner, and nobody can be asked here: say --yes if it is meant.',
      DECIDE_COMMAND,
    );
  }
  await decide(options, surroundings);
}
