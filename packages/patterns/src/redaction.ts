import { hex } from '@pubky-paykit/primitives';
import { LOGGED_KEY_BYTES, LOGGED_TEXT_CHARACTERS } from './constants.ts';

/** Node's hook for `util.inspect` and `console.log`; a registered symbol, so no import is needed. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** What may be shown of a public key: its first 8 bytes in hex. */
export function keyPrefix(publicKey: Uint8Array): string {
  return hex.encode(publicKey.subarray(0, LOGGED_KEY_BYTES));
}

/** What may be shown of a text that came from anywhere: no line breaks, no control characters, not much. */
export function shownText(text: string): string {
  return text.slice(0, LOGGED_TEXT_CHARACTERS).replace(/[^ -~]/g, '?');
}
