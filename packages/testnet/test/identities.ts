import { ed25519 } from '@noble/curves/ed25519.js';
import { type Capability, createAuthToken, ROOT_CAPABILITIES } from '@pubky-paykit/homeserver/wire';
import { type DnsRecord, ownName, type SignedPacket, signPacket } from '@pubky-paykit/pkarr-discovery';
import { encodeUtf8, type IdentitySigner, zBase32 } from '@pubky-paykit/primitives';
import type { Testnet } from '../src/index.ts';
import { START_MS } from './networks.ts';

/** Somebody with a key. */
export interface Identity {
  readonly signer: IdentitySigner;
  /** z-base-32. */
  readonly key: string;
}

/** The same person for the same number, 1 to 255. */
export function identity(number: number): Identity {
  const seed = new Uint8Array(32).fill(number);
  const publicKey = ed25519.getPublicKey(seed);
  return {
    signer: { publicKey, sign: async (message) => ed25519.sign(message, seed) },
    key: zBase32.encode(publicKey),
  };
}

/** A text in the packet of somebody. */
export function greeting(who: Identity, text: string, ttl = 3_600): DnsRecord {
  const data = { type: 'TXT', strings: [encodeUtf8(text)] } as const;
  return { name: ownName(who.signer.publicKey, 'greeting'), ttl, data };
}

/** A packet with a text. @param timestamp microseconds. */
export function packet(who: Identity, text: string, timestamp: bigint): Promise<SignedPacket> {
  return signPacket(who.signer, [greeting(who, text)], timestamp);
}

let tokens = 0n;

/** A token that nobody has used; a microsecond later than the one before. */
export function token(
  { signer }: Identity,
  capabilities: readonly Capability[] = ROOT_CAPABILITIES,
  timeMs = START_MS,
): Promise<Uint8Array> {
  tokens += 1n;
  return createAuthToken(signer, { capabilities, timestamp: BigInt(timeMs) * 1_000n + tokens });
}

/** Somebody who is signed in. */
export interface Account extends Identity {
  readonly cookie: string;
  /** A request to the own storage, with the own cookie. */
  send(method: string, path: string, options?: RequestInit): Promise<Response>;
}

/** Signs up, or signs in. */
export async function account(
  { homeserver }: Testnet,
  who: Identity,
  {
    capabilities = ROOT_CAPABILITIES,
    at = 'signup',
    timeMs = START_MS,
  }: { capabilities?: readonly Capability[]; at?: 'signup' | 'session'; timeMs?: number } = {},
): Promise<Account> {
  const body = await token(who, capabilities, timeMs);
  const response = await fetch(`${homeserver.url}/${at}`, { method: 'POST', body });
  if (response.status !== 200) throw new Error(`${at} answered ${response.status}`);
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return {
    ...who,
    cookie,
    send: (method, path, options = {}) =>
      fetch(`${homeserver.url}${path}`, {
        ...options,
        method,
        headers: { 'pubky-host': who.key, cookie, ...(options.headers as Record<string, string>) },
      }),
  };
}
