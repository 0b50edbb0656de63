import { equalBytes, type Secret } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { checkedKey } from '../storage/keys.ts';
import { createPublicStorage } from '../storage/storage.ts';
import { type AuthRequest, parseAuthRequest } from '../wire/auth-request.ts';
import { agreedSignUp } from './approval.ts';
import { type FlowParts, startAuthFlow } from './auth-flow.ts';
import type { Homeserver, SignUpOptions } from './homeserver.ts';
import { fetchSessionRecord, openSession } from './open-session.ts';
import { requireSecure } from './secure-urls.ts';
import { importSession } from './session-cookie.ts';
import { loadSession, removeSession } from './session-vault.ts';
import { inSteps, untilAborted } from './steps.ts';

/** What needs the identity, and is done differently by each adapter. */
export interface IdentityPart<Identity> extends Pick<Homeserver<Identity>, 'signUp' | 'signIn'> {
  /** Answers a link that was found good. @param request Of the same link; its secret is borrowed. */
  approve(identity: Identity, link: string, request: AuthRequest, options: CallOptions): Promise<void>;
}

function isDone(error: unknown): boolean {
  return error instanceof HomeserverError && error.code === 'HOMESERVER_ALREADY_SIGNED_UP';
}

/** The whole port from what its adapters share and what each does in its own way. */
export function createHomeserver<Identity>(
  parts: FlowParts,
  { signUp, signIn, approve }: IdentityPart<Identity>,
): Homeserver<Identity> {
  const signUpUnlessDone = async (identity: Identity, wanted: SignUpOptions): Promise<void> => {
    try {
      (await signUp(identity, wanted)).close();
    } catch (error) {
      if (!isDone(error)) throw error;
    }
  };
  const restore = async (exported: Secret, options?: CallOptions, expected?: Uint8Array) => {
    const { owner, cookie } = importSession(exported);
    try {
      // A vault that mixes its entries up must not sign anybody in as somebody else.
      if (expected !== undefined && !equalBytes(owner, expected)) {
        throw new HomeserverError('HOMESERVER_BAD_SESSION_EXPORT');
      }
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
    signUp,
    signIn,
    restore: (exported, options) => restore(exported, options),
    async resume(owner, options) {
      const { vault } = parts;
      const key = checkedKey(owner, 'owner');
      const exported = vault && (await loadSession(vault, key));
      if (vault === undefined || exported === undefined) return undefined;
      try {
        return await restore(exported, options, key);
      } catch (error) {
        if (!(error instanceof HomeserverError) || error.code !== 'HOMESERVER_UNAUTHORISED') throw error;
        await removeSession(vault, key);
        return undefined;
      } finally {
        exported.destroy();
      }
    },
    startAuthFlow: (options) => startAuthFlow(parts, options),
    async approveAuthRequest(identity, link, options = {}) {
      const request = parseAuthRequest(link);
      try {
        requireSecure(request.relay, 'auth relay', parts.insecureHosts);
        const wanted = agreedSignUp(request, options);
        await inSteps(parts.clock, 'approval', options, async (step) => {
          if (wanted !== undefined) {
            await step((signal) => signUpUnlessDone(identity, { ...wanted, ...untilAborted(signal) }));
          }
          await step((signal) => approve(identity, link, request, untilAborted(signal)));
        });
      } finally {
        request.secret.destroy();
      }
    },
  };
}
