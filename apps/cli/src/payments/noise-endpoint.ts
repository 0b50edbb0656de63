import { hex } from 'pubky-paykit';
import { type HostPort, hostPortText, parseHostPort } from './host-port.ts';

/** What an endpoint that is dialled with Noise begins with; any other one is a static address. @see P8 §1.7 */
const SCHEME = 'noise://';
/** A host of 255 characters in brackets, a port and a key: more is no endpoint. Inclusive. */
const LONGEST_CHARACTERS = 340;
/** Hex digits of an X25519 key. */
const KEY_DIGITS = /^[0-9a-fA-F]{64}$/;

/** Where a payee takes payments, as its directory file says it. Nobody has signed any of it. */
export interface NoiseEndpoint extends HostPort {
  /** 32 bytes, X25519: what the text names. Good for comparing with the key that was looked up, never for trusting. */
  readonly noiseKey: Uint8Array;
}

/** Whether the text means to be an endpoint that is dialled, well-formed or not. */
export function isNoiseEndpoint(text: string): boolean {
  return text.startsWith(SCHEME);
}

/**
 * Reads `noise://HOST:PORT@KEY`: one `@`, a port from 1 to 65 535, a key of 64 hex digits in either case, nothing before or
 * behind. Whatever this reads, the parsers of the reference read alike.
 *
 * @returns `undefined` for anything else.
 * @see P8 §1.7, §6.4
 */
export function parseNoiseEndpoint(text: string): NoiseEndpoint | undefined {
  if (text.length > LONGEST_CHARACTERS || !isNoiseEndpoint(text)) return undefined;
  const [address = '', key = '', ...more] = text.slice(SCHEME.length).split('@');
  const place = parseHostPort(address);
  if (more.length > 0 || place === undefined || place.port === 0 || !KEY_DIGITS.test(key)) return undefined;
  return { ...place, noiseKey: hex.decode(key.toLowerCase()) };
}

/**
 * Writes an endpoint: the inverse of {@link parseNoiseEndpoint}, with the key in lower case.
 *
 * @throws RangeError for a place or a key that could not be read back.
 * @see P8 §1.7
 */
export function formatNoiseEndpoint({ noiseKey, ...place }: NoiseEndpoint): string {
  const text = `${SCHEME}${hostPortText(place)}@${hex.encode(noiseKey)}`;
  if (parseNoiseEndpoint(text) === undefined) throw new RangeError('this is no endpoint that could be read');
  return text;
}
