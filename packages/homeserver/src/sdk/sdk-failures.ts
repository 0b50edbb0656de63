import { HomeserverError } from '../errors.ts';
import { bareCause } from '../storage/bare-cause.ts';
import { statusError } from '../storage/statuses.ts';

/** The names the SDK gives its errors, by what they are about. */
const NETWORK = 'RequestError';
const RECORDS = 'PkarrError';

interface SdkError {
  readonly name?: unknown;
  readonly data?: { readonly statusCode?: unknown } | null;
}

/** What the SDK threw, read: it throws errors with a `name`, texts, and WebAssembly traps. */
export type SdkFailure =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'network' | 'records' | 'panic' }
  | { readonly kind: 'other'; readonly name: string };

/** Reads what the SDK threw. */
export function readFailure(error: unknown): SdkFailure {
  const { name, data } = (typeof error === 'object' && error !== null ? error : {}) as SdkError;
  if (name === 'RuntimeError') return { kind: 'panic' };
  const status = data?.statusCode;
  if (typeof status === 'number') return { kind: 'status', status };
  if (name === NETWORK) return { kind: 'network' };
  if (name === RECORDS) return { kind: 'records' };
  return { kind: 'other', name: typeof name === 'string' ? name.slice(0, 64) : typeof error };
}

const NO_HEADERS = { get: () => null };

/**
 * The code for a failure that needs no look at the relays. The cause is kept for errors of the SDK itself, laid bare for those
 * of connections, and dropped for texts.
 *
 * @param what What the SDK should do, as in "failed to sign up". @param to Whom it talked to.
 */
export function failureError(failure: SdkFailure, error: unknown, what: string, to: string): HomeserverError {
  const options = error instanceof Error ? { cause: error } : {};
  if (failure.kind === 'status') {
    const response = {
      status: failure.status,
      headers: NO_HEADERS,
      arrayBuffer: async () => new ArrayBuffer(0),
    };
    return statusError({ what, response, bytes: 0 });
  }
  if (failure.kind === 'network') {
    return new HomeserverError('HOMESERVER_OFFLINE', { what: to }, { cause: bareCause(error) });
  }
  if (failure.kind === 'panic') return new HomeserverError('HOMESERVER_SDK_BROKEN', { what }, options);
  const name = failure.kind === 'other' ? failure.name : RECORDS;
  return new HomeserverError('HOMESERVER_SDK_FAILED', { what, name }, options);
}
