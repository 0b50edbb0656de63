import type { RandomSource } from '@pubky-paykit/primitives';
import { INVITE_CODE_BYTES, INVITES } from '../constants.ts';
import { TestnetError } from '../errors.ts';
import { Refusal } from '../http/exchange.ts';
import type { Change } from '../storage/change.ts';
import type { NetworkState } from '../storage/network-state.ts';
import type { Store } from '../storage/store.ts';
import { crockford } from './crockford.ts';

const GROUP = /.{4}(?=.)/g;
const CODE = /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/;

/**
 * A new code with which one user may sign up, such as `JZY0-D6MY-ZFNG`.
 *
 * @throws TESTNET_STORAGE_FULL, TESTNET_STORAGE_FAILED
 */
export function createInvite(store: Store, random: RandomSource): Promise<string> {
  const code = crockford(random.bytes(INVITE_CODE_BYTES)).replace(GROUP, '$&-');
  return store.change((state) => {
    if (state.invites.size >= INVITES) {
      throw new TestnetError('TESTNET_STORAGE_FULL', { what: 'invite', maximum: INVITES });
    }
    return { changes: [{ kind: 'invite', code }], result: code };
  });
}

/**
 * What using a code changes.
 *
 * @param code as it came, if any did.
 * @throws Refusal 400 for what is no code, 401 for one that is unknown or used.
 */
export function useInvite(state: NetworkState, code: string | undefined, user: string): Change {
  if (code === undefined) throw new Refusal(400, 'Token required');
  if (!CODE.test(code)) throw new Refusal(400, 'Invalid signup token format');
  if (!state.invites.has(code)) throw new Refusal(401, 'Invalid token');
  if (state.invites.get(code) !== undefined) throw new Refusal(401, 'Token already used');
  return { kind: 'invite-used', code, user };
}
