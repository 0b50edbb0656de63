import { type PeerKey, zBase32 } from 'pubky-paykit';
import { type Actor, personOf } from './actor.ts';
import type { Acquaintance } from './scene.ts';
import { shortHex } from './short-id.ts';

/** Which key is looked for, and how. */
export interface KeySearch {
  /** The device that everybody looks up first if not given. */
  readonly device?: string;
  /** Whether a key that was validated in the last week is good enough. */
  readonly cached?: boolean;
}

/** Where a record was found. */
const PLACES: Readonly<Record<string, string>> = {
  homeserver: 'in a file on the homeserver',
  relay: 'in the signed packet',
};

/** What each kind of answer means for whoever has looked. */
const MEANINGS: Readonly<Partial<Record<PeerKey['reason'], (name: string, key: PeerKey) => string>>> = {
  cached: (name) => `takes ${name}'s key from the cache: a frequent contact is not looked up each time`,
  confirmed: (name) => `looks ${name} up again: the key is still the same, the record still fresh`,
  rotated: (name, { formerKey }) =>
    `looks ${name} up again: a newer record names a new key${formerKey ? ` instead of ${shortHex(formerKey)}` : ''}`,
};

function found(name: string, key: PeerKey): string {
  const place = PLACES[key.source ?? ''] ?? 'in a signed record';
  return `looks ${name} up: a key ${place}, with ${name}'s signature over key and time`;
}

/**
 * Finds somebody's Noise key by discovery, and says what was found: verified and fresh, or none.
 *
 * @returns 32 bytes; undefined if the device has published none.
 * @throws The codes of `KeyFinder.find`.
 */
export async function findKey(
  actor: Actor,
  { name, identity }: Acquaintance,
  { device = 'default', cached = false }: KeySearch = {},
): Promise<Uint8Array | undefined> {
  const { finder } = personOf(actor).peers;
  const contact = cached ? 'frequent' : 'occasional';
  const key = await finder.find(zBase32.decode(identity, 32), { device, contact });
  if (key === undefined) {
    actor.tell(`looks up the device "${device}" of ${name}: it has published no key`);
    return undefined;
  }
  const meaning = MEANINGS[key.reason]?.(name, key) ?? found(name, key);
  actor.tell(`${meaning} (${shortHex(key.noiseKey)})`);
  return key.noiseKey;
}

/** The same where a key has to be there. @throws Error if there is none. */
export async function requireKey(actor: Actor, whom: Acquaintance, search?: KeySearch): Promise<Uint8Array> {
  const key = await findKey(actor, whom, search);
  if (key === undefined) throw new Error(`${whom.name} has published no Noise key`);
  return key;
}
