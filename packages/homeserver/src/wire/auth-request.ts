import { Secret, wipe, zBase32 } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import { AUTH_SECRET_BYTES, decodeBase64Url, encodeBase64Url } from './auth-channel.ts';
import { type Capability, formatCapabilities, parseCapabilities } from './capabilities.ts';
import type { AuthRequestFault } from './wire-errors.ts';

/** What an app asks of a signer with a link or QR code. */
export interface AuthRequest {
  /** Base address of the auth relay: `http:` or `https:`, without query. */
  readonly relay: string;
  readonly capabilities: readonly Capability[];
  /** 32 bytes, known to app and signer only. */
  readonly secret: Secret;
  /** Set if the signer should sign up first. */
  readonly signUp?: AuthRequestSignUp | undefined;
}

/** Where to sign up, if a link asks for it. */
export interface AuthRequestSignUp {
  /** 32 bytes. */
  readonly homeserver: Uint8Array;
  /** The invite to sign up with, where the homeserver wants one. */
  readonly invite?: string | undefined;
}

/** Longest link that is read, in UTF-16 units (inclusive). */
export const AUTH_REQUEST_MAXIMUM_LENGTH = 8192;

const KEY_BYTES = 32;
const FORM = /^(?:pubkyauth|pubkyring):\/\/([^/?#]*)\/?\?([^#]*)$/;
/** What stands between scheme and question mark; older apps leave it empty. */
const INTENTS: readonly string[] = ['', 'signin', 'signup'];
/** No credentials, no query, no fragment, nothing that is percent-encoded or could be a second host. */
const RELAY =
  /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?(?:\/[\w.~-]+)*\/?$|^http:\/\/\[[0-9a-f:]+\](?::\d{1,5})?(?:\/[\w.~-]+)*\/?$/i;

const refused = (fault: AuthRequestFault, parameter: string) =>
  new HomeserverError('HOMESERVER_BAD_AUTH_REQUEST', { fault, parameter });

/** Whether this can be the base address of an auth relay. */
export function isRelayUrl(text: string): boolean {
  return RELAY.test(text);
}

/**
 * The link that asks for a sign-in, `pubkyauth://signin?caps=…&relay=…&secret=…`, or a sign-up with homeserver and invite.
 *
 * @returns A secret: whoever has it can read the token that a signer sends.
 * @throws HOMESERVER_BAD_AUTH_REQUEST if the relay is no address.
 * @see official-noise §3.3
 */
export function formatAuthRequest({ relay, capabilities, secret, signUp }: AuthRequest): string {
  if (!isRelayUrl(relay)) throw refused('relay', 'relay');
  const parameters: [string, string][] = [
    ['caps', formatCapabilities(capabilities)],
    ['relay', relay],
    ['secret', secret.use(encodeBase64Url)],
  ];
  if (signUp !== undefined) parameters.push(['hs', zBase32.encode(signUp.homeserver)]);
  if (signUp?.invite !== undefined) parameters.push(['st', signUp.invite]);
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `pubkyauth://${signUp === undefined ? 'signin' : 'signup'}?${query}`;
}

/** The parameters of a query, each at most once: which one a signer shows and which one it uses must not differ. */
function readQuery(query: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [name = '', ...rest] = pair.split('=');
    let value: string;
    try {
      value = decodeURIComponent(rest.join('=').replace(/\+/g, ' '));
    } catch {
      throw refused('encoding', name.slice(0, 16));
    }
    if (values.has(name)) throw refused('duplicate', name.slice(0, 16));
    values.set(name, value);
  }
  return values;
}

function readSignUp(values: ReadonlyMap<string, string>): AuthRequestSignUp {
  const invite = values.get('st');
  try {
    const homeserver = zBase32.decode(values.get('hs') ?? '', KEY_BYTES);
    return invite === undefined ? { homeserver } : { homeserver, invite };
  } catch {
    throw refused(values.has('hs') ? 'homeserver' : 'missing', 'hs');
  }
}

/**
 * Takes a link apart, of this or the older form `pubkyauth:///?…`. A signer should show its capabilities and its relay before
 * it answers. Parameters that are not known are ignored.
 *
 * @returns The secret in it is owned by the caller, who destroys it.
 * @throws HOMESERVER_BAD_AUTH_REQUEST, HOMESERVER_BAD_CAPABILITIES
 *
 * @example
 * ```ts
 * import { parseAuthRequest } from '@pubky-paykit/homeserver/wire';
 * const secret = 'A'.repeat(43);
 * const link = `pubkyauth://signin?caps=/pub/app/:rw&relay=https://relay.example/link&secret=${secret}`;
 * using request = parseAuthRequest(link).secret;
 * ```
 */
export function parseAuthRequest(link: string): AuthRequest {
  if (link.length > AUTH_REQUEST_MAXIMUM_LENGTH) throw refused('too-long', 'link');
  const [, intent, query] = FORM.exec(link) ?? [];
  if (intent === undefined || query === undefined) throw refused('scheme', 'link');
  if (!INTENTS.includes(intent)) throw refused('intent', 'link');
  const values = readQuery(query);
  const value = (name: string): string => {
    const found = values.get(name);
    if (found === undefined) throw refused('missing', name);
    return found;
  };
  const relay = value('relay');
  if (!isRelayUrl(relay)) throw refused('relay', 'relay');
  const capabilities = parseCapabilities(value('caps'));
  const signUp = intent === 'signup' ? readSignUp(values) : undefined;
  const secret = decodeBase64Url(value('secret'), AUTH_SECRET_BYTES);
  if (secret === undefined) throw refused('secret', 'secret');
  try {
    return { relay, capabilities, secret: Secret.copyOf(secret), signUp };
  } finally {
    wipe(secret);
  }
}
