import type { Clock } from '@pubky-paykit/primitives';

/** How long an address is believed: what pkarr clients cache a record for at least. */
const LIFETIME_MS = 300_000;
/** So many identities are remembered; the one looked up longest ago is forgotten first. */
const CAPACITY = 1000;

/** The addresses of homeservers by identity, for a while. */
export interface EndpointCache {
  /** @param identity z-base-32. */
  get(identity: string): string | undefined;
  set(identity: string, url: string): void;
  /** After a connection failed: the server may have moved. */
  forget(identity: string): void;
}

/** An empty cache. */
export function createEndpointCache(clock: Clock): EndpointCache {
  const entries = new Map<string, { readonly url: string; readonly untilMs: number }>();
  return {
    get(identity) {
      const entry = entries.get(identity);
      if (entry !== undefined && entry.untilMs > clock.now()) return entry.url;
      entries.delete(identity);
      return undefined;
    },
    set(identity, url) {
      entries.delete(identity);
      entries.set(identity, { url, untilMs: clock.now() + LIFETIME_MS });
      const [oldest] = entries.keys();
      if (entries.size > CAPACITY && oldest !== undefined) entries.delete(oldest);
    },
    forget(identity) {
      entries.delete(identity);
    },
  };
}
