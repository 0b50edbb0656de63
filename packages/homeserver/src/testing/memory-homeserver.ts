import {
  type Clock,
  decodeUtf8,
  encodeUtf8,
  hex,
  type IdentitySigner,
  isCodedError,
  type RandomSource,
  Secret,
  systemClock,
  systemRandom,
  zBase32,
} from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import type { Homeserver, HomeserverSession, SignUpOptions } from '../sessions/homeserver.ts';
import { exportSession, importSession } from '../sessions/session-cookie.ts';
import { checkedKey } from '../storage/keys.ts';
import { type Capability, capabilitiesAllow, ROOT_CAPABILITIES } from '../wire/capabilities.ts';
import { createMemoryAccount, type MemoryAccount } from './memory-account.ts';
import { createMemoryFlows } from './memory-flows.ts';
import {
  createMemorySessionStorage,
  createMemoryStorage,
  type MemoryStorageParts,
} from './memory-storage.ts';

/** Nothing is signed in memory: a key is enough to be somebody. Every `IdentitySigner` is one. */
export type MemoryIdentity = Pick<IdentitySigner, 'publicKey'>;

/** How a homeserver in memory behaves. */
export interface MemoryHomeserverOptions {
  readonly clock?: Clock | undefined;
  readonly random?: RandomSource | undefined;
  /** Whether signing up takes an invite. */
  readonly wantsInvite?: boolean | undefined;
  /** Most bytes of all files of one identity (inclusive); no limit if left out. */
  readonly quotaBytes?: number | undefined;
}

/** A homeserver, the directory that finds it and the auth relay, all in this object. */
export interface MemoryHomeserver extends Homeserver<MemoryIdentity> {
  /** 32 bytes; where to sign up. */
  readonly publicKey: Uint8Array;
  /** Good for one sign-up. */
  createInvite(): string;
  /** Ends every session of somebody (32 bytes) as the server would: their next write is unauthorised. */
  endSessions(owner: Uint8Array): void;
  /** While set, every call fails with HOMESERVER_OFFLINE. */
  offline: boolean;
}

interface MemorySession {
  readonly owner: string;
  readonly capabilities: readonly Capability[];
}

const COOKIE_BYTES = 16;

/**
 * A whole world in memory, for tests: it keeps the rules of a homeserver, but neither signs nor sends anything. No time-outs,
 * as nothing takes time.
 *
 * @example
 * ```ts
 * import { createMemoryHomeserver } from '@pubky-paykit/homeserver/testing';
 * const homeserver = createMemoryHomeserver();
 * const alice = { publicKey: new Uint8Array(32).fill(1) };
 * const session = await homeserver.signUp(alice, { homeserver: homeserver.publicKey });
 * await session.storage.put('/pub/app/hello', Uint8Array.of(1));
 * ```
 */
export function createMemoryHomeserver(options: MemoryHomeserverOptions = {}): MemoryHomeserver {
  const { clock = systemClock, random = systemRandom, wantsInvite = false } = options;
  const { quotaBytes = Number.POSITIVE_INFINITY } = options;
  const publicKey = random.bytes(32);
  const accounts = new Map<string, MemoryAccount>();
  const sessions = new Map<string, MemorySession>();
  const invites = new Set<string>();

  const parts: MemoryStorageParts = {
    async reach(call, what) {
      if (call?.signal?.aborted) throw new HomeserverError('HOMESERVER_CANCELLED', { what });
      if (server.offline) throw new HomeserverError('HOMESERVER_OFFLINE', { what: 'homeserver' });
    },
    accountOf(owner) {
      const account = accounts.get(zBase32.encode(owner));
      if (account === undefined) throw new HomeserverError('HOMESERVER_NO_HOMESERVER');
      return account;
    },
  };
  const openSession = (owner: Uint8Array, capabilities: readonly Capability[]): HomeserverSession => {
    const cookie = hex.encode(random.bytes(COOKIE_BYTES));
    sessions.set(cookie, { owner: zBase32.encode(owner), capabilities });
    return takeUp(owner, cookie);
  };
  const takeUp = (owner: Uint8Array, cookie: string): HomeserverSession => {
    const capabilities = sessions.get(cookie)?.capabilities ?? [];
    let closed = false;
    const ensureOpen = (): void => {
      if (closed) throw new HomeserverError('HOMESERVER_SESSION_CLOSED');
    };
    const storage = createMemorySessionStorage(parts, owner, (method, path) => {
      ensureOpen();
      if (!sessions.has(cookie)) throw new HomeserverError('HOMESERVER_UNAUTHORISED', { what: path });
      if (!capabilitiesAllow(capabilities, method, path)) {
        throw new HomeserverError('HOMESERVER_FORBIDDEN', { what: path });
      }
    });
    return {
      get publicKey() {
        return owner.slice();
      },
      capabilities,
      storage,
      get closed() {
        return closed;
      },
      export() {
        ensureOpen();
        const secret = Secret.take(encodeUtf8(cookie));
        try {
          return exportSession(owner, secret);
        } finally {
          secret.destroy();
        }
      },
      async signOut(call) {
        ensureOpen();
        await parts.reach(call, 'sign-out');
        sessions.delete(cookie);
        closed = true;
      },
      close() {
        closed = true;
      },
    };
  };
  const redeem = (invite: string | undefined): void => {
    if (wantsInvite && !invites.delete(invite ?? '')) {
      throw new HomeserverError('HOMESERVER_INVITE_REFUSED', { given: invite !== undefined });
    }
  };
  const signUp = async (identity: MemoryIdentity, wanted: SignUpOptions): Promise<HomeserverSession> => {
    const owner = checkedKey(identity.publicKey, 'identity');
    const where = zBase32.encode(checkedKey(wanted.homeserver, 'homeserver'));
    await parts.reach(wanted, 'sign-up');
    if (where !== zBase32.encode(publicKey)) throw new HomeserverError('HOMESERVER_UNLOCATED');
    const name = zBase32.encode(owner);
    if (accounts.has(name)) throw new HomeserverError('HOMESERVER_ALREADY_SIGNED_UP');
    redeem(wanted.invite);
    accounts.set(name, createMemoryAccount(clock, quotaBytes));
    return openSession(owner, ROOT_CAPABILITIES);
  };
  const flows = createMemoryFlows({ random, reach: parts.reach, accountOf: parts.accountOf, openSession });

  const server: MemoryHomeserver = {
    offline: false,
    get publicKey() {
      return publicKey.slice();
    },
    createInvite() {
      const invite = hex.encode(random.bytes(COOKIE_BYTES));
      invites.add(invite);
      return invite;
    },
    endSessions(owner) {
      const name = zBase32.encode(owner);
      for (const [cookie, session] of sessions) if (session.owner === name) sessions.delete(cookie);
    },
    storage: createMemoryStorage(parts),
    signUp,
    async signIn(identity, call) {
      const owner = checkedKey(identity.publicKey, 'identity');
      await parts.reach(call, 'sign-in');
      if (!accounts.has(zBase32.encode(owner))) {
        const code = call?.homeserver ? 'HOMESERVER_NOT_SIGNED_UP' : 'HOMESERVER_NO_HOMESERVER';
        throw new HomeserverError(code);
      }
      return openSession(owner, ROOT_CAPABILITIES);
    },
    async restore(exported, call) {
      const { owner, cookie } = importSession(exported);
      const text = cookie?.use(decodeUtf8) ?? '';
      cookie?.destroy();
      await parts.reach(call, 'session');
      if (sessions.get(text)?.owner !== zBase32.encode(owner)) {
        throw new HomeserverError('HOMESERVER_UNAUTHORISED', { what: 'session' });
      }
      return takeUp(owner, text);
    },
    resume: async (owner) => {
      checkedKey(owner, 'owner');
      return undefined;
    },
    startAuthFlow: flows.start,
    async approveAuthRequest(identity, link, call) {
      await flows.approve(checkedKey(identity.publicKey, 'identity'), link, call, async (wanted) => {
        await signUp(identity, wanted).catch((error) => {
          if (!isCodedError(error) || error.code !== 'HOMESERVER_ALREADY_SIGNED_UP') throw error;
        });
      });
    },
  };
  return server;
}
