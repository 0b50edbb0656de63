import { DiscoveryError } from '../errors.ts';

/**
 * The life of a key in the cache, `KEY_TRANSITIONS[state][event]`. A pair that is absent is a mistake of the caller and
 * throws. Nothing but the user leads out of `conflict` and `revoked`.
 *
 * | event | meaning |
 * | ----- | ------- |
 * | `trust` | a handshake proved the key, and discovery knows none |
 * | `agree` | a verified record names the key |
 * | `supersede` | a newer verified record names another key |
 * | `disagree` | record or handshake name another key, and nothing says that it is newer |
 * | `revoke` | the identity has revoked the key |
 * | `miss` | the look-up failed or found nothing |
 * | `doubt` | a handshake with the key failed, or somebody says without proof that it is revoked |
 * | `fall-due` | the last validation is too long ago |
 * | `settle` | the overlap is over, and with it the former key |
 * | `expire` | the key was kept for as long as it may be |
 * | `forget` | the user, or whoever keeps the cache, removes the key |
 *
 * @see P8 §4.5
 */
export const KEY_TRANSITIONS = {
  unknown: {
    trust: 'tofu',
    agree: 'verified',
    disagree: 'conflict',
    // Whose key should be revoked here? The memory against roll-back keeps it.
    revoke: 'unknown',
    miss: 'unknown',
    // It was forgotten while a handshake with it was under way.
    doubt: 'unknown',
    forget: 'unknown',
  },
  tofu: {
    trust: 'tofu',
    agree: 'verified',
    disagree: 'conflict',
    revoke: 'revoked',
    miss: 'tofu',
    doubt: 'tofu',
    expire: 'expired',
    forget: 'unknown',
  },
  verified: {
    agree: 'verified',
    supersede: 'rotated',
    disagree: 'conflict',
    revoke: 'revoked',
    miss: 'verified',
    doubt: 'due',
    'fall-due': 'due',
    expire: 'expired',
    forget: 'unknown',
  },
  due: {
    agree: 'verified',
    supersede: 'rotated',
    disagree: 'conflict',
    revoke: 'revoked',
    miss: 'due',
    doubt: 'due',
    expire: 'expired',
    forget: 'unknown',
  },
  rotated: {
    agree: 'rotated',
    supersede: 'rotated',
    disagree: 'conflict',
    revoke: 'revoked',
    miss: 'rotated',
    doubt: 'rotated',
    settle: 'verified',
    expire: 'expired',
    forget: 'unknown',
  },
  expired: { revoke: 'revoked', forget: 'unknown' },
  conflict: {
    agree: 'conflict',
    supersede: 'conflict',
    disagree: 'conflict',
    revoke: 'revoked',
    miss: 'conflict',
    doubt: 'conflict',
    forget: 'unknown',
  },
  revoked: {
    agree: 'revoked',
    supersede: 'revoked',
    disagree: 'revoked',
    revoke: 'revoked',
    miss: 'revoked',
    doubt: 'revoked',
    forget: 'unknown',
  },
} as const;

/** Where a cached key stands. */
export type KeyState = keyof typeof KEY_TRANSITIONS;
type EventsOf<Table> = { [State in keyof Table]: keyof Table[State] }[keyof Table];
/** What can happen to a cached key. */
export type KeyEvent = EventsOf<typeof KEY_TRANSITIONS>;

/**
 * The state that follows.
 *
 * @throws DISCOVERY_ILLEGAL_KEY_EVENT if the table has none.
 * @see P8 §4.5
 *
 * @example
 * ```ts
 * import { nextKeyState } from '@pubky-paykit/pkarr-discovery';
 * nextKeyState('due', 'agree'); // 'verified'
 * ```
 */
export function nextKeyState(state: KeyState, event: KeyEvent): KeyState {
  const states: Readonly<Record<string, Readonly<Record<string, KeyState>>>> = KEY_TRANSITIONS;
  const events = Object.hasOwn(states, state) ? states[state] : undefined;
  const next = events !== undefined && Object.hasOwn(events, event) ? events[event] : undefined;
  if (next === undefined) throw new DiscoveryError('DISCOVERY_ILLEGAL_KEY_EVENT', { state, event });
  return next;
}
