import type { Secret } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { checkedKey } from '../storage/keys.ts';
import { createPublicStorage } from '../storage/storage.ts';
import { type FlowParts, startAuthFlow } from './auth-flow.ts';
import type { Homeserver } from './homeserver.ts';
import { fetchSessionRecord, openSession } from './open-session.ts';
import { importSession } from './session-cookie.ts';
import { loadSession, removeSession } from './session-vault.ts';

/** What needs the identity, and is done differently by each adapter. */
export type IdentityPart<Identity> = Pick<Homeserver<Identity>, 'signUp' | 'signIn' | 'approveAuthRequest'>;

/** The whole port from what its adapters share and what each does in its own way. */
export function createHomeserver<Identity>(
  parts: FlowParts,
  identityPart: IdentityPart<Identity>,
): Homeserver<Identity> {
  const restore = async (exported: Secret, options?: CallOptions) => {
    const { owner, cookie } = importSession(exported);
    try {
      // Whose cookies the platform keeps, its exports have none; the other way round nobody could send it.
      if ((cookie === undefined) !== (parts.cookies === 'platform')) {
        throw new HomeserverError('HOMESERVER_BAD_SESSION_EXPORT');
      }
      const record = await fetchSessionRecord(parts, owner, cookie, options);
      return await openSession(parts, { record, cookie });
    } catch (error) {
      cookie?.destroy();
      throw error;
    }
  };
  return {
    storage: createPublicStorage(parts),
    ...identityPart,
    restore,
    async resume(owner, options) {
      const { vault } = parts;
      const key = checkedKey(owner, 'owner');
      const exported = vault && (await loadSession(vault, key));
      if (vault === undefined || exported === undefined) return undefined;
      try {
        return await restore(exported, options);
      } catch (error) {
        if (!(error instanceof HomeserverError) || error.code !== 'HOMESERVER_UNAUTHORISED') throw error;
        await removeSession(vault, key);
        return undefined;
      } finally {
        exported.destroy();
      }
    },
    startAuthFlow: (options) => startAuthFlow(parts, options),
  };
}
