import {
  MAX_PAYLOAD_BYTES,
  parseSignedPacket,
  type SignedPacket,
  signedPacketPayload,
} from '@pubky-paykit/pkarr-discovery';
import { type Clock, isCodedError, type Logger, zBase32 } from '@pubky-paykit/primitives';
import { KEY_BYTES, MAXIMUM_TTL_SECONDS, MINIMUM_TTL_SECONDS } from '../constants.ts';
import type { RelayFault } from '../faults/fault-switch.ts';
import type { FaultyHandler } from '../faults/with-faults.ts';
import { type HttpReply, type HttpRequest, Refusal, readWhole, textReply } from '../http/exchange.ts';
import { formatHttpDate, parseHttpDate, wholeSeconds } from '../http/http-date.ts';
import { type PacketShelf, type PutConditions, type PutOutcome, signedAtMs } from './packet-shelf.ts';

/** The network behind a relay, if there is one. */
export interface PacketNetwork {
  /** Never rejects: what a relay has it keeps, whether or not the network took it. */
  publish(packet: SignedPacket): Promise<void>;
  /** The newest it finds, verified; never rejects. */
  resolve(publicKey: Uint8Array): Promise<SignedPacket | undefined>;
}

/** What a relay is made of. */
export interface RelayOptions {
  readonly shelf: PacketShelf;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly network?: PacketNetwork | undefined;
}

const CONTENT_TYPE = 'application/pkarr.org/relays#payload';

const ANSWERS: Readonly<Record<PutOutcome, HttpReply>> = {
  stored: { status: 204 },
  known: { status: 204 },
  older: textReply(409, 'a newer packet of this key is known'),
  changed: textReply(412, 'the packet of this key is not the one you have seen'),
  full: textReply(507, 'this relay holds packets of as many keys as it may'),
};

/** How long a packet may be kept before somebody asks for a newer one, in seconds. */
export function ttlOf({ records }: SignedPacket): number {
  const shortest = records.reduce((ttl, record) => Math.min(ttl, record.ttl), MAXIMUM_TTL_SECONDS);
  return records.length === 0 ? MINIMUM_TTL_SECONDS : Math.max(shortest, MINIMUM_TTL_SECONDS);
}

function readKey(path: string): Uint8Array {
  try {
    return zBase32.decode(path.slice(1), KEY_BYTES);
  } catch {
    throw new Refusal(400, 'the path is not a public key in z-base-32');
  }
}

/** Malformed conditions are ignored, as by the official relay. */
function readConditions(request: HttpRequest): PutConditions {
  const match = request.header('if-match') ?? '';
  return {
    replacing: /^\d{1,20}$/.test(match) ? BigInt(match) : undefined,
    unmodifiedSinceMs: parseHttpDate(request.header('if-unmodified-since')),
  };
}

function packetReply(packet: SignedPacket, request: HttpRequest): HttpReply {
  const modifiedMs = wholeSeconds(signedAtMs(packet));
  const headers = {
    'content-type': CONTENT_TYPE,
    'cache-control': `public, max-age=${ttlOf(packet)}`,
    'last-modified': formatHttpDate(modifiedMs),
  };
  const sinceMs = parseHttpDate(request.header('if-modified-since'));
  if (sinceMs !== undefined && sinceMs >= modifiedMs) return { status: 304, headers };
  return { status: 200, headers, body: signedPacketPayload(packet) };
}

/**
 * A pkarr relay: `GET` and `PUT` of `/{z-base-32 key}`.
 *
 * @see official-noise §4.2
 */
export function createRelay({ shelf, clock, logger, network }: RelayOptions): FaultyHandler<RelayFault> {
  /** What the network knows takes part once what is here may be outdated. */
  const refresh = async (publicKey: Uint8Array): Promise<void> => {
    if (network === undefined) return;
    const known = shelf.get(publicKey);
    if (known !== undefined && clock.now() < known.seenMs + ttlOf(known.packet) * 1_000) return;
    const found = await network.resolve(publicKey);
    const outcome = found === undefined ? 'known' : await shelf.put(found);
    if (outcome !== 'stored') shelf.confirm(publicKey);
  };

  const get = async (publicKey: Uint8Array, request: HttpRequest, stale: boolean): Promise<HttpReply> => {
    await refresh(publicKey);
    const shelved = shelf.get(publicKey);
    const packet = stale ? shelved?.previous : shelved?.packet;
    return packet === undefined
      ? textReply(404, 'no packet of this key is known')
      : packetReply(packet, request);
  };

  const put = async (publicKey: Uint8Array, request: HttpRequest): Promise<HttpReply> => {
    const payload = await readWhole(request, MAX_PAYLOAD_BYTES);
    let packet: SignedPacket;
    try {
      packet = parseSignedPacket(publicKey, payload);
    } catch (error) {
      if (!isCodedError(error)) throw error;
      throw new Refusal(400, error.code);
    }
    const outcome = await shelf.put(packet, readConditions(request));
    logger.debug('a packet was put', { key: zBase32.encode(publicKey).slice(0, 8), outcome });
    if (outcome === 'stored' || outcome === 'known') await network?.publish(packet);
    return ANSWERS[outcome];
  };

  return async (request, fault) => {
    if (request.path === '/') return textReply(200, 'A pkarr relay of a Pubky test network');
    const publicKey = readKey(request.path);
    if (request.method === 'PUT') return put(publicKey, request);
    if (request.method === 'GET' || request.method === 'HEAD') {
      return get(publicKey, request, fault?.stalePacket === true);
    }
    throw new Refusal(405, 'a relay takes GET, HEAD and PUT', { allow: 'GET, HEAD, PUT, OPTIONS' });
  };
}
