import { isIPv4, isIPv6 } from 'node:net';
import type { Clock } from '@pubky-paykit/primitives';
import {
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_IP,
  MAX_TRACKED_ADDRESSES,
  NEW_CONNECTIONS_PER_MINUTE_PER_IP,
} from '../constants.ts';
import { RateWindow } from './rate-window.ts';

const MINUTE_MS = 60_000;
const IPV6_GROUPS = 8;
const IPV6_NETWORK_GROUPS = 4;

/** How many connections a server takes; `Infinity` switches one limit off. */
export interface ServerLimits {
  /** Connections at once. */
  readonly maxConnections: number;
  /** Connections at once from one address (IPv6: from one /64 network). */
  readonly maxConnectionsPerIp: number;
  /** New connections per sliding minute from one address (IPv6: from one /64 network). */
  readonly newConnectionsPerMinutePerIp: number;
}

/** What applies where a caller says nothing. @see P8 §13.3 */
export const DEFAULT_SERVER_LIMITS: ServerLimits = Object.freeze({
  maxConnections: MAX_CONNECTIONS,
  maxConnectionsPerIp: MAX_CONNECTIONS_PER_IP,
  newConnectionsPerMinutePerIp: NEW_CONNECTIONS_PER_MINUTE_PER_IP,
});

/** Why a connection was turned away. */
export type Refusal = 'total' | 'per-ip' | 'rate';

/** Counts the connections of a server and decides about new ones. */
export class Admission {
  readonly #limits: ServerLimits;
  readonly #rate: RateWindow;
  readonly #perKey = new Map<string, number>();
  #total = 0;

  /** @throws RangeError for a limit below 1. */
  constructor(limits: ServerLimits, clock: Clock) {
    for (const [name, value] of Object.entries(limits)) {
      if (!(value >= 1)) throw new RangeError(`${name} must be at least 1`);
    }
    this.#limits = limits;
    this.#rate = new RateWindow({
      clock,
      limit: limits.newConnectionsPerMinutePerIp,
      windowMs: MINUTE_MS,
      maximumKeys: MAX_TRACKED_ADDRESSES,
    });
  }

  /** Connections held now. */
  get total(): number {
    return this.#total;
  }

  /** Takes a place for `address`: `release` gives it back, once. Or says why there is none. */
  enter(address: string): { readonly release: () => void } | { readonly refusal: Refusal } {
    const key = limitKey(address);
    const held = this.#perKey.get(key) ?? 0;
    if (this.#total >= this.#limits.maxConnections) return { refusal: 'total' };
    if (held >= this.#limits.maxConnectionsPerIp) return { refusal: 'per-ip' };
    if (!this.#rate.admit(key)) return { refusal: 'rate' };
    this.#total += 1;
    this.#perKey.set(key, held + 1);
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        this.#release(key);
      },
    };
  }

  #release(key: string): void {
    this.#total -= 1;
    const left = (this.#perKey.get(key) ?? 1) - 1;
    if (left > 0) this.#perKey.set(key, left);
    else this.#perKey.delete(key);
  }
}

/**
 * Whom a limit is about: an IPv4 address, also in its IPv6 spelling, or the /64 network of an IPv6 address, since
 * whoever has one address of such a network has all 2^64 of them.
 */
export function limitKey(address: string): string {
  const embedded = address.slice(address.lastIndexOf(':') + 1);
  if (isIPv4(embedded)) return embedded;
  const plain = address.split('%')[0] ?? '';
  if (!isIPv6(plain)) return address;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: IPV6_GROUPS - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.slice(0, IPV6_NETWORK_GROUPS).join(':')}::/64`;
}
