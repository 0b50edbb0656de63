import { type CancelSignal, type Clock, equalBytes } from '@pubky-paykit/primitives';
import type { CachePolicy } from '../cache/cache-policy.ts';
import { type CachedKey, type KnownKey, UNKNOWN_KEY } from '../cache/cached-key.ts';
import { requireAccepted, requireUndisputed } from '../cache/disputed-key.ts';
import { isUseDue, type KeptKey, standingEntry } from '../cache/kept-key.ts';
import type { KeyCache } from '../cache/key-cache.ts';
import { consultKey, isUnproven, type KeyUse } from '../cache/key-use.ts';
import { unreachable } from '../discovery/unreachable.ts';
import { DiscoveryError } from '../errors.ts';
import { keyPrefix } from '../records/verified-key-record.ts';
import type { FinderReporter } from './finding-events.ts';
import type { KeyAsking, UnaskedKey } from './key-asking.ts';
import type { LookedUp } from './look-up.ts';
import type { SoughtKey } from './outages.ts';
import { CACHED, type KeyOrigin, type PeerKey, peerKey, takenFormerKey } from './peer-key.ts';

/** What a search works with. */
export interface KeySearchPorts {
  readonly cache: KeyCache;
  readonly policy: CachePolicy;
  readonly clock: Clock;
  readonly asking: KeyAsking;
  readonly reporter: FinderReporter;
}

/** The flow of P8 §4.5, repaired: cache, then look-up, then what may be used if that gave nothing. */
export interface KeySearch {
  find(key: SoughtKey, signal: CancelSignal | undefined): Promise<PeerKey | undefined>;
  learn(key: SoughtKey, noiseKey: Uint8Array, signal: CancelSignal | undefined): Promise<PeerKey>;
  handshakeFailed(
    key: SoughtKey,
    noiseKey: Uint8Array,
    signal: CancelSignal | undefined,
  ): Promise<PeerKey | undefined>;
}

const known = (entry: CachedKey): KnownKey | undefined => (entry.state === 'unknown' ? undefined : entry);

/** Whether the key is the current one, or the one before it during the overlap and taken. */
function holds(entry: CachedKey, noiseKey: Uint8Array): boolean {
  const keys = [known(entry)?.noiseKey, takenFormerKey(entry)];
  return keys.some((key) => key !== undefined && equalBytes(key, noiseKey));
}

/** Whether the key is the one before the current one, taken or not. */
function isFormer(entry: CachedKey, noiseKey: Uint8Array): boolean {
  const former = known(entry)?.previous?.noiseKey;
  return former !== undefined && equalBytes(former, noiseKey);
}

/** Why the key that a look-up has found is the one to use. */
function discovered({ before, answer, source }: LookedUp): KeyOrigin {
  const [was, is] = [known(before.entry), known(answer)];
  const isSame = was !== undefined && is !== undefined && equalBytes(was.noiseKey, is.noiseKey);
  const reason = isSame
    ? 'confirmed'
    : was === undefined || was.state === 'expired'
      ? 'discovered'
      : 'rotated';
  return { from: 'discovery', source, reason, degraded: false, problem: undefined };
}

/** Why a cached key has to do. */
function unconfirmed({ outcome, error: problem }: LookedUp | UnaskedKey): KeyOrigin {
  const degraded = outcome === 'unasked' || outcome === 'unreachable';
  return { ...CACHED, reason: degraded ? 'unreachable' : 'unconfirmed', degraded, problem };
}

/** A look-up that ends in a dispute, or with a word against the key that is cached. */
function requireUnopposed(looked: LookedUp | UnaskedKey): void {
  if (looked.outcome === 'unasked') return;
  requireUndisputed({ entry: looked.entry, rival: looked.kept.rival });
  if (looked.refusesCached) throw looked.error;
}

/** Searches keys for {@link createKeyFinder}. */
export function createKeySearch({ cache, policy, clock, asking, reporter }: KeySearchPorts): KeySearch {
  const rule = { ...policy, clock };
  const read = ({ address }: SoughtKey, signal: CancelSignal | undefined): Promise<KeptKey> =>
    cache.read(address.identity, address.device, { signal });
  const consult = ({ entry }: KeptKey, { contact }: SoughtKey): KeyUse =>
    consultKey(entry, policy.contacts[contact], rule);

  /** When it was used is nothing a connection should fail for. */
  async function touch({ address, contact }: SoughtKey, kept: KeptKey): Promise<void> {
    if (!isUseDue(kept, contact, policy, clock.now())) return;
    await cache.touch(address.identity, address.device, { contact, policy }).catch(() => {});
  }

  /** Reads what is kept, which must not be refused. */
  async function readUndisputed(key: SoughtKey, signal: CancelSignal | undefined): Promise<KeptKey> {
    const kept = await read(key, signal);
    try {
      requireUndisputed(kept);
    } catch (error) {
      reporter.answered('refused', key.contact);
      throw error;
    }
    return kept;
  }

  /** The cached key as it is now, if it may still be used. */
  async function fallBack(
    key: SoughtKey,
    looked: LookedUp | UnaskedKey,
    signal: CancelSignal | undefined,
  ): Promise<PeerKey | undefined> {
    // Not what was read before: much may have been learnt while the look-up went on.
    const kept = await read(key, signal);
    requireUndisputed(kept);
    const found = peerKey(consult(kept, key).entry, unconfirmed(looked));
    if (found === undefined) return undefined;
    if (found.degraded) asking.degrade(key);
    await touch(key, kept);
    return found;
  }

  async function find(key: SoughtKey, signal: CancelSignal | undefined): Promise<PeerKey | undefined> {
    const kept = await readUndisputed(key, signal);
    const { entry, lookUp: isDue } = consult(kept, key);
    const cached = peerKey(entry, CACHED);
    reporter.answered(cached === undefined ? 'miss' : isDue ? 'stale' : 'hit', key.contact);
    if (cached !== undefined && !isDue) {
      await touch(key, kept);
      return cached;
    }
    const looked = await asking.ask(key, cached !== undefined, signal);
    requireUnopposed(looked);
    const found = looked.outcome === 'found' ? peerKey(looked.answer, discovered(looked)) : undefined;
    const answer = found ?? (await fallBack(key, looked, signal));
    if (answer !== undefined || looked.outcome === 'absent') return answer;
    throw looked.error ?? new TypeError('a key was found that no state allows');
  }

  return {
    find,
    async learn(key, noiseKey, signal) {
      const { address, contact } = key;
      const kept = await readUndisputed(key, signal);
      const { entry, lookUp: isDue } = consult(kept, key);
      const isExpected = holds(entry, noiseKey) && !isDue;
      // The record goes first: it may say that the peer has rotated to the very key that the handshake has shown.
      const looked = isExpected ? undefined : await asking.ask(key, true, signal);
      if (looked !== undefined) requireUnopposed(looked);
      if (looked?.outcome === 'revoked' && !holds(looked.answer, noiseKey)) throw looked.error;
      const standing = standingEntry(kept, { contact, policy, clock });
      // Who is known by nothing but a record that the policy refuses is as good as a stranger.
      requireCertainty(looked, isUnproven(known(standing)?.record, rule) ? UNKNOWN_KEY : standing);
      const proven = { kind: 'handshake', noiseKey } as const;
      const rules = { contact, policy, signal };
      const observed = await cache.observe(address.identity, address.device, [proven], rules);
      reporter.changed(address, observed.before, observed);
      requireAccepted(observed.outcomes);
      requireUndisputed({ entry: observed.entry, rival: observed.kept.rival });
      // Of contacts of whom nothing is kept, the look-up alone knows the record.
      const now = looked?.outcome === 'found' ? looked.answer : observed.answer;
      const learnt = holds(now, noiseKey) ? peerKey(now, originOf(looked, now)) : undefined;
      if (learnt?.degraded) asking.degrade(key);
      if (learnt !== undefined) return learnt;
      if (isFormer(now, noiseKey)) throw looked?.error ?? unreachable('what became of the former key', []);
      const [knownKey = 'nothing', presented] = [known(now)?.noiseKey, noiseKey].map(
        (each) => each && keyPrefix(each),
      );
      throw new DiscoveryError('DISCOVERY_KEY_CONFLICT', { known: knownKey, presented });
    },
    async handshakeFailed(key, noiseKey, signal) {
      const { address, contact } = key;
      const kept = await read(key, signal);
      const used = known(kept.entry);
      if (used !== undefined && equalBytes(used.noiseKey, noiseKey)) {
        const rules = { contact, policy, signal };
        await cache.observe(address.identity, address.device, [{ kind: 'doubt' }], rules);
      }
      return find(key, signal);
    },
  };
}

/**
 * A key is taken on first use only from somebody of whom it is certain that there is no record (P8 §4.5): whoever is in between
 * could else make himself a first contact by keeping the record from being seen, or by putting a bad one beside it.
 */
function requireCertainty(looked: LookedUp | UnaskedKey | undefined, { state }: CachedKey): void {
  if (looked === undefined || (state !== 'unknown' && state !== 'expired')) return;
  if (looked.outcome !== 'found' && looked.outcome !== 'absent') throw looked.error;
}

/** Where a key comes from that a handshake has proved. */
function originOf(looked: LookedUp | UnaskedKey | undefined, entry: CachedKey): KeyOrigin {
  if (looked?.outcome === 'found') return discovered(looked);
  const origin = looked === undefined ? CACHED : unconfirmed(looked);
  return entry.state === 'tofu' ? { ...origin, from: 'handshake', reason: 'first-contact' } : origin;
}
