import type { CancelSignal } from '@pubky-paykit/primitives';

/** What every call takes. */
export interface CallOptions {
  /** Ends the call with HOMESERVER_CANCELLED. */
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds for all of the call, looking up the homeserver included; 30 000 if left out, `Infinity` for no limit. */
  readonly timeoutMs?: number | undefined;
}
