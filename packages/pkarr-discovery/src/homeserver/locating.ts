import { zBase32 } from '@pubky-paykit/primitives';
import { MAX_PACKETS_PER_LOOKUP } from '../constants.ts';
import { DiscoveryError, type EndpointProblem, shownKey } from '../errors.ts';
import type { SignedPacket } from '../signed-packet/signed-packet.ts';
import { type Endpoint, readEndpoint } from './endpoint.ts';
import { keyOfName, servicesOf } from './services.ts';

const NO_PARAMETERS: ReadonlyMap<number, Uint8Array> = new Map();

/** Gives the packet of a key, if there is one. */
export type ReadPacket = (publicKey: Uint8Array) => Promise<SignedPacket | undefined>;

/**
 * The URL of a homeserver: its endpoints by priority, those that are names in other packets replaced by what those packets
 * say, and of all that the first that can be used. Seven packets at most are read, and none twice.
 *
 * @returns undefined if the homeserver has no packet.
 * @throws DISCOVERY_NO_ENDPOINT, DISCOVERY_LOCAL_ENDPOINT
 * @see official-noise §3.5, §4.4
 */
export async function locateEndpoint(
  homeserver: Uint8Array,
  read: ReadPacket,
  plainHttpHosts: readonly string[],
): Promise<string | undefined> {
  const shown = shownKey(homeserver);
  const refusal = (reason: EndpointProblem): Error =>
    new DiscoveryError('DISCOVERY_NO_ENDPOINT', { homeserver: shown, reason });
  /** The first reason that says more than "no domain": real homeservers list an endpoint without one first. */
  let refused: Error | undefined;
  const visited = new Set<string>();
  const waiting: Endpoint[] = [{ target: zBase32.encode(homeserver), parameters: NO_PARAMETERS }];
  for (let service = waiting.shift(); service !== undefined; service = waiting.shift()) {
    const { target } = service;
    const key = keyOfName(target);
    if (key === undefined) {
      const verdict = readEndpoint(service, plainHttpHosts);
      if ('url' in verdict) return verdict.url;
      if ('local' in verdict) {
        const host = verdict.local;
        refused ??= new DiscoveryError('DISCOVERY_LOCAL_ENDPOINT', { homeserver: shown, host });
      } else if (verdict.problem !== 'no domain') refused ??= refusal(verdict.problem);
    } else if (visited.size >= MAX_PACKETS_PER_LOOKUP) refused ??= refusal('too many aliases');
    else if (!visited.has(target)) {
      visited.add(target);
      const packet = await read(key);
      if (packet !== undefined) waiting.unshift(...servicesOf(packet, target, ['HTTPS']));
      else if (visited.size === 1) return undefined;
    }
  }
  throw refused ?? refusal('no domain');
}
