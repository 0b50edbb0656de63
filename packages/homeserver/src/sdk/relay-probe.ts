import { type Clock, type Fetch, zBase32 } from '@pubky-paykit/primitives';
import type { CallOptions } from '../storage/call-options.ts';
import { exchange, ignoreBody } from '../storage/exchange.ts';

/** What the relays say about a key: that it has records, that it has none, or nothing at all. */
export type RelayAnswer = 'known' | 'unknown' | 'unreachable';

const PROBE_TIMEOUT_MS = 5000;

/** One relay. */
async function askRelay(
  fetch: Fetch,
  clock: Clock,
  url: string,
  signal: CallOptions['signal'],
): Promise<RelayAnswer> {
  try {
    return await exchange<RelayAnswer>({
      what: 'records',
      to: 'pkarr relay',
      clock,
      options: { timeoutMs: PROBE_TIMEOUT_MS, signal },
      send: (limit) =>
        fetch(url, { redirect: 'manual', credentials: 'omit', cache: 'no-store', signal: limit }),
      accept: async (_, body): Promise<RelayAnswer> => {
        await ignoreBody(body);
        return 'known';
      },
      missing: () => 'unknown',
    });
  } catch {
    return 'unreachable';
  }
}

/**
 * Asks the relays whether a key has records. The SDK says "no endpoint" for a relay that is down, one that hangs, and an
 * identity that does not exist alike.
 *
 * @param key 32 bytes; borrowed.
 */
export async function probeRelays(
  {
    fetch,
    clock,
    relays,
  }: { readonly fetch: Fetch; readonly clock: Clock; readonly relays: readonly string[] },
  key: Uint8Array,
  signal: CallOptions['signal'],
): Promise<RelayAnswer> {
  const name = zBase32.encode(key);
  const answers = await Promise.all(
    relays.map((relay) => askRelay(fetch, clock, `${relay.replace(/\/$/, '')}/${name}`, signal)),
  );
  if (answers.includes('known')) return 'known';
  return answers.includes('unknown') ? 'unknown' : 'unreachable';
}
