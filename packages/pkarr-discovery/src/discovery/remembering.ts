import { withDeadline } from '../deadline.ts';
import { DiscoveryError } from '../errors.ts';
import type { DiscoverySettings } from './discovery-options.ts';
import type { RollBackCall } from './roll-back-keeper.ts';

/**
 * Does something in the memory, and waits for it no longer than said, whether or not its store keeps the time.
 *
 * @throws DISCOVERY_MEMORY_FAILED when the time is over, that of the store or this one. DISCOVERY_TIMED_OUT would read as sources
 * that were silent, in which case a cached key may be used; here it may have been revoked.
 */
export async function inMemory(
  { clock }: Pick<DiscoverySettings, 'clock'>,
  { signal, timeoutMs }: RollBackCall & { readonly timeoutMs: number },
  work: (call: RollBackCall) => Promise<void>,
): Promise<void> {
  try {
    await withDeadline({ what: 'remembering a key', clock, timeoutMs, signal }, ({ race }) =>
      race((ended) => work({ signal: ended, timeoutMs })),
    );
  } catch (cause) {
    if (!(cause instanceof DiscoveryError) || cause.code !== 'DISCOVERY_TIMED_OUT') throw cause;
    throw new DiscoveryError('DISCOVERY_MEMORY_FAILED', { reason: cause.code }, { cause });
  }
}
