import type { Clock } from 'pubky-paykit';

/** Whoever connects again and again must not fill a log: a line says it for all that were refused meanwhile. */
const TELL_EVERY_MS = 60_000;

/** Why a server does not take a connection: too many at once, too many at once from one address, or too many in a minute. */
export type RefusalReason = 'total' | 'per-ip' | 'rate';

const REASONS: readonly string[] = ['total', 'per-ip', 'rate'] satisfies readonly RefusalReason[];

/** Connections that were refused since the last were told of, by reason; each count is 1 or more. */
export type RefusedCounts = Readonly<Partial<Record<RefusalReason, number>>>;

/** Counts connections that are refused, and tells of them now and then. */
export interface RefusedConnections {
  /** @param reason As the server logs it; one that is unknown is not counted. */
  refused(reason: unknown): void;
  /** Tells what is left to be told of, and nothing after it. */
  end(): void;
}

function isReason(reason: unknown): reason is RefusalReason {
  return REASONS.includes(String(reason));
}

/** Tells of the first connection that is refused at once, and of those after it once a minute at most, with their number. */
export function countRefusedConnections(
  clock: Clock,
  tell: (counts: RefusedCounts) => void,
): RefusedConnections {
  let counts = new Map<RefusalReason, number>();
  let cancelTimer: (() => void) | undefined;
  let hasEnded = false;

  function tellCounts(): void {
    cancelTimer = undefined;
    if (counts.size === 0) return;
    const told = Object.fromEntries(counts);
    counts = new Map();
    if (!hasEnded) cancelTimer = clock.schedule(TELL_EVERY_MS, tellCounts);
    tell(told);
  }

  return {
    refused(reason) {
      if (hasEnded || !isReason(reason)) return;
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      if (cancelTimer === undefined) tellCounts();
    },
    end() {
      cancelTimer?.();
      hasEnded = true;
      tellCounts();
    },
  };
}
