import { KEY_BYTES } from '../constants.ts';
import { requireLength } from '../lengths.ts';
import type { OptionValues } from '../profiles/profile.ts';

type Given = { readonly [Name in keyof OptionValues]?: OptionValues[Name] | undefined };

/** Callers without types learn what they forgot when they pass it, and not from the first peer. */
export function requireFunction(what: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${what} is not a function`);
}

/**
 * Makes sure that what was given is of its kind, as far as that can be seen without asking it anything. Rules are checked
 * where they are copied.
 *
 * @throws TypeError, PATTERNS_KEY_LENGTH
 */
export function checkShapes({ noiseKey, signer, replayCache }: Given): void {
  if (noiseKey !== undefined) {
    requireLength('public key of noiseKey', noiseKey?.publicKey, KEY_BYTES);
    requireFunction('noiseKey.destroy', noiseKey.destroy);
  }
  if (signer !== undefined) {
    requireLength('public key of the signer', signer?.publicKey, KEY_BYTES);
    requireFunction('signer.sign', signer.sign);
  }
  if (replayCache !== undefined) requireFunction('replayCache.claim', replayCache?.claim);
}
