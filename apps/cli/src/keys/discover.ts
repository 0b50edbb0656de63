import { connectPeerKeys, type DiscoveryResult, hex, zBase32 } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import { openHomeFolder } from '../home/home-folder.ts';
import { networkAdvice } from '../home/network-advice.ts';
import { withGivenHome } from '../home/next-command.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { DISCOVER_HELP, type DiscoverKeyOptions, readDiscoverOptions } from './discover-options.ts';
import { errorOf, type LookUpOutcome, OUTCOME_TEXTS, STATE_REMARKS } from './discover-outcome.ts';
import { keyStateText, type ReplacedKey, replacedIn } from './key-state-text.ts';
import { asPeerFailure, withPeer } from './peer-command.ts';
import { durationText } from './time-text.ts';

/** A look-up, and how the key stands in the cache after it. */
interface LookedUp {
  readonly outcome: LookUpOutcome;
  readonly result: DiscoveryResult;
  readonly state: string;
  /** The key that this one has replaced a short time ago, if it has. */
  readonly replaced: ReplacedKey | undefined;
}

async function lookUp(
  { settings, identity, device }: DiscoverKeyOptions,
  surroundings: Surroundings,
): Promise<LookedUp> {
  const { clock, signal } = surroundings;
  const home = await openHomeFolder(settings, surroundings);
  try {
    const { network, store, dht } = home;
    const sources = dht === undefined ? [] : [dht.source];
    const { discovery, cache } = connectPeerKeys({ network, store, sources, clock });
    const result = await discovery.discoverNoiseKey(identity, { device, signal });
    if (result.outcome !== 'found') {
      const kept = await cache.read(identity, device, { signal });
      return { outcome: result.outcome, result, state: kept.entry.state, replaced: replacedIn(kept) };
    }
    const seen = [result.record, ...result.revocations];
    const { entry } = await cache.observe(identity, device, seen, { contact: 'occasional', signal });
    const { state } = entry;
    const outcome = state === 'conflict' ? 'conflict' : 'found';
    return { outcome, result, state, replaced: replacedIn({ entry }) };
  } catch (error) {
    throw asPeerFailure(error, { identity, device }, settings.givenHome);
  } finally {
    await home.close();
  }
}

/** How old a record is, in seconds; 0 for one that is a little ahead. */
function ageSeconds(timestampSeconds: bigint, nowMs: number): number {
  return Math.max(0, Math.floor(nowMs / 1_000) - Number(timestampSeconds));
}

/** The facts, for programs. */
function factsOf(
  { settings, identity, device }: DiscoverKeyOptions,
  { outcome, result, state }: LookedUp,
  nowMs: number,
): object {
  const key =
    result.outcome === 'found'
      ? {
          noiseKey: hex.encode(result.record.noiseKey),
          timestamp: Number(result.record.timestampSeconds),
          ageSeconds: ageSeconds(result.record.timestampSeconds, nowMs),
          freshness: result.record.freshness,
        }
      : {};
  const said = outcome === 'found' ? STATE_REMARKS[state] : OUTCOME_TEXTS[outcome].next;
  const next = {
    code: outcome === 'found' ? undefined : errorOf(result)?.code,
    next: said && withGivenHome(withPeer(said, { identity, device }), settings.givenHome),
  };
  return {
    outcome,
    identity: zBase32.encode(identity),
    device,
    ...key,
    source: 'source' in result ? result.source : undefined,
    state,
    ...next,
    failed: result.failed.map(({ source, error }) => ({ source, code: error.code })),
    disagreements: result.disagreements.map(({ source, says }) => ({ source, says })),
  };
}

function foundText(
  { identity, device }: DiscoverKeyOptions,
  { result, state, replaced }: LookedUp,
  nowMs: number,
): string {
  if (result.outcome !== 'found') return '';
  const { noiseKey, timestampSeconds, freshness } = result.record;
  const age = durationText(ageSeconds(timestampSeconds, nowMs) * 1_000);
  return [
    `Identity  ${zBase32.encode(identity)}`,
    `Device    ${device}`,
    `Key       ${hex.encode(noiseKey)}`,
    `Age       ${age} (time ${freshness})`,
    `Source    ${result.source}`,
    `State     ${keyStateText(state, replaced, nowMs)}`,
    '',
  ].join('\n');
}

const remarkOn = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);

/** Who gave no answer, and who said something else. */
function remarks({ failed, disagreements }: DiscoveryResult): readonly string[] {
  return [
    ...failed.map(({ source, error }) => `The ${source} gave no answer (${error.code}).`),
    ...disagreements.map(({ source, says }) => `The ${source} says something else: ${says}.`),
  ];
}

function failureText(
  { settings, identity, device }: DiscoverKeyOptions,
  { outcome, result, state, replaced }: LookedUp & { readonly outcome: Exclude<LookUpOutcome, 'found'> },
  nowMs: number,
): string {
  const { what, next } = OUTCOME_TEXTS[outcome];
  const code = errorOf(result)?.code;
  const told = outcome === state ? undefined : STATE_REMARKS[state];
  const kept =
    state === 'unknown'
      ? []
      : [`Kept from before: a key in state ${keyStateText(state, replaced, nowMs)}.`, ...remarkOn(told)];
  return [
    `${outcome}: ${zBase32.encode(identity)} (device ${device}) ${what}${code ? ` (${code})` : ''}.`,
    ...remarks(result),
    ...kept,
    next,
    ...remarkOn(networkAdvice(code ?? result.failed[0]?.error.code, settings)),
  ].join('\n');
}

/**
 * `paykit keys discover`, and `paykit discover` [S2.1] [S2.3].
 *
 * @throws CommandFailed if there is no key that may be used: it says why, and what to do.
 */
export async function runDiscover(
  args: readonly string[],
  surroundings: Surroundings,
  command = 'keys discover',
): Promise<void> {
  const { environment, terminal, clock } = surroundings;
  const options = readDiscoverOptions(args, environment, command);
  if (options === undefined) return terminal.write(DISCOVER_HELP);
  const inWords = (text: string): string =>
    withGivenHome(withPeer(text, options), options.settings.givenHome);
  const looked = await lookUp(options, surroundings);
  const { outcome } = looked;
  if (options.json) terminal.write(`${JSON.stringify(factsOf(options, looked, clock.now()))}\n`);
  if (outcome !== 'found') {
    throw new CommandFailed(inWords(failureText(options, { ...looked, outcome }, clock.now())));
  }
  if (options.json) return;
  terminal.write(foundText(options, looked, clock.now()));
  const said = [...remarks(looked.result), ...remarkOn(STATE_REMARKS[looked.state])];
  for (const remark of said) terminal.tell(`${inWords(remark)}\n`);
}
