import type { KeyPair } from '@pubky-paykit/noise-core';
import { FORMER_NOISE_KEYS_MAXIMUM, KEY_BYTES } from '../constants.ts';
import { requireLength } from '../lengths.ts';
import type { OptionValues } from '../profiles/profile.ts';

type Given = { readonly [Name in keyof OptionValues]?: OptionValues[Name] | undefined };

/** Callers without types learn what they forgot when they pass it, and not from the first peer. */
export function requireFunction(what: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${what} is not a function`);
}

function checkKeyPair(name: string, pair: KeyPair): void {
  requireLength(`public key of ${name}`, pair?.publicKey, KEY_BYTES);
  requireFunction(`${name}.destroy`, pair?.destroy);
}

/** Each of them costs one Diffie-Hellman operation for every first message that is for none. */
function checkFormerKeys(pairs: readonly KeyPair[]): void {
  // What is no list has no length that is small enough.
  if (!(pairs.length <= FORMER_NOISE_KEYS_MAXIMUM)) {
    throw new TypeError(`formerNoiseKeys takes up to ${FORMER_NOISE_KEYS_MAXIMUM}`);
  }
  for (const pair of pairs) checkKeyPair('formerNoiseKeys', pair);
}

/**
 * Makes sure that what was given is of its kind, as far as that can be seen without asking it anything. Rules are checked
 * where they are copied.
 *
 * @throws TypeError, PATTERNS_KEY_LENGTH
 */
export function checkShapes({ noiseKey, formerNoiseKeys, signer, replayCache }: Given): void {
  if (noiseKey !== undefined) checkKeyPair('noiseKey', noiseKey);
  if (formerNoiseKeys !== undefined) checkFormerKeys(formerNoiseKeys);
  if (signer !== undefined) {
    requireLength('public key of the signer', signer?.publicKey, KEY_BYTES);
    requireFunction('signer.sign', signer.sign);
  }
  if (replayCache !== undefined) requireFunction('replayCache.claim', replayCache?.claim);
}
