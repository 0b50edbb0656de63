import {
  type Clock,
  type Fetch,
  type FetchRequest,
  type FetchResponse,
  isCodedError,
  readBody,
  systemClock,
  systemFetch,
  zBase32,
} from '@pubky-paykit/primitives';
import { KEY_BYTES, MAX_PAYLOAD_BYTES, RELAY_READ_TIMEOUT_MS, RELAY_WRITE_TIMEOUT_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { DiscoveryError, reasonOf } from '../errors.ts';
import {
  checkLength,
  parseSignedPacket,
  type SignedPacket,
  signedPacketPayload,
} from '../signed-packet/signed-packet.ts';
import type { PacketStore, ReadOptions, WriteOptions } from './packet-store.ts';
import { errorOf } from './relay-answers.ts';
import { checkRelayUrl } from './relay-url.ts';

const FOUND = 200;
const NOT_FOUND = 404;
/** Relays from 1.0 on look past their cache when asked so; others ignore it (official-noise §4.2). */
const PAST_THE_CACHE = '?policy=NetworkOnly';

/** Which relay, and how it is spoken to. */
export interface RelayOptions {
  /** An https URL without user, query and fragment; http for this machine. */
  readonly url: string;
  /** The platform's by default. */
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  /** For one read; 5 s by default. */
  readonly readTimeoutMs?: number;
  /** For one write; 15 s by default, as the relay may publish to the DHT meanwhile. */
  readonly writeTimeoutMs?: number;
  /** Lets plain HTTP leave this machine. Packets are signed, but anybody on the way sees who is looked up. */
  readonly allowInsecure?: boolean;
}

/**
 * A pkarr relay. What it gives is verified, so it can hide a packet or give an old one, but not make one; a set, even of one
 * relay, also remembers what was newer. Nothing it sends is read beyond 1072 bytes, and redirects are not followed.
 *
 * `get` throws DISCOVERY_BAD_ANSWER, DISCOVERY_OFFLINE, DISCOVERY_TIMED_OUT, DISCOVERY_CANCELLED, DISCOVERY_RATE_LIMITED,
 * DISCOVERY_RELAY_UNAVAILABLE or DISCOVERY_RELAY_REFUSED; `put` also DISCOVERY_CONFLICT and DISCOVERY_RELAY_TOO_SMALL, but
 * not DISCOVERY_BAD_ANSWER.
 *
 * @throws DISCOVERY_BAD_RELAY_URL, DISCOVERY_INSECURE_RELAY
 * @see official-noise §4.2
 *
 * @example
 * ```ts
 * import { createRelay } from '@pubky-paykit/pkarr-discovery';
 * declare const publicKey: Uint8Array; // 32 bytes
 * const relay = createRelay({ url: 'https://pkarr.pubky.app' });
 * const packet = await relay.get(publicKey); // undefined if there is none
 * ```
 */
export function createRelay(options: RelayOptions): PacketStore {
  const {
    fetch = systemFetch,
    clock = systemClock,
    readTimeoutMs = RELAY_READ_TIMEOUT_MS,
    writeTimeoutMs = RELAY_WRITE_TIMEOUT_MS,
  } = options;
  const relay = checkRelayUrl(options.url, options.allowInsecure ?? false);

  /** One request, and what `read` makes of its answer, under one deadline. */
  function exchange<Result>(
    { url, timeoutMs, signal, ...request }: Exchange,
    read: (response: FetchResponse) => Promise<Result>,
  ): Promise<Result> {
    const what = `${request.method} at ${relay}`;
    return withDeadline({ what, clock, timeoutMs, signal }, ({ race }) =>
      race(async (ended) => {
        try {
          const sent = { ...request, signal: ended, redirect: 'manual', credentials: 'omit' } as const;
          return await read(await fetch(url, { ...sent, cache: 'no-store' }));
        } catch (error) {
          throw isCodedError(error)
            ? error
            : new DiscoveryError('DISCOVERY_OFFLINE', { relay, reason: reasonOf(error) }, { cause: error });
        }
      }),
    );
  }

  async function refuse(response: FetchResponse, length: number): Promise<never> {
    await discard(response);
    throw errorOf({ relay, response, length, nowMs: clock.now() });
  }

  return {
    name: relay,
    readTimeoutMs,
    async get(publicKey: Uint8Array, { signal, forUpdate = false }: ReadOptions = {}) {
      checkLength('a public key', publicKey, KEY_BYTES, KEY_BYTES);
      const asked = Uint8Array.from(publicKey);
      const url = `${relay}/${zBase32.encode(asked)}${forUpdate ? PAST_THE_CACHE : ''}`;
      return exchange({ url, method: 'GET', timeoutMs: readTimeoutMs, signal }, async (response) => {
        if (response.status === FOUND) return readPacket(relay, asked, response);
        if (response.status !== NOT_FOUND) return refuse(response, 0);
        await discard(response);
        return undefined;
      });
    },
    async put(packet: SignedPacket, { signal, replacing }: WriteOptions = {}) {
      const body = signedPacketPayload(packet);
      const headers: Record<string, string> = replacing === undefined ? {} : { 'if-match': `${replacing}` };
      const url = `${relay}/${zBase32.encode(packet.publicKey)}`;
      const request = { url, method: 'PUT', headers, body, timeoutMs: writeTimeoutMs, signal };
      return exchange(request, async (response) => {
        if (response.status < 200 || response.status > 299) return refuse(response, body.length);
        await discard(response);
        return { stored: [relay], failed: [] };
      });
    },
  };
}

interface Exchange extends Omit<FetchRequest, 'signal'> {
  readonly url: string;
  readonly timeoutMs: number;
  readonly signal: ReadOptions['signal'];
}

async function readPacket(
  relay: string,
  publicKey: Uint8Array,
  response: FetchResponse,
): Promise<SignedPacket> {
  try {
    return parseSignedPacket(publicKey, await readBody(response, MAX_PAYLOAD_BYTES));
  } catch (cause) {
    // Whatever is not coded comes from the connection.
    if (!isCodedError(cause)) throw cause;
    throw new DiscoveryError('DISCOVERY_BAD_ANSWER', { relay, reason: cause.code }, { cause });
  }
}

/** Tells the sender of a body nobody wants to stop; otherwise the connection would be kept for it. */
async function discard(response: FetchResponse): Promise<void> {
  try {
    await response.body?.getReader().cancel();
  } catch {
    // The connection is gone, which is as good.
  }
}
