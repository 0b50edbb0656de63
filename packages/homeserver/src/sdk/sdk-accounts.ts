import { base64, type CancelSignal, type Secret, zBase32 } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import { type OpenedSession, readOpenedSession } from '../sessions/open-session.ts';
import { signInRefusal, signUpRefusal } from '../sessions/sign-in.ts';
import { SESSION_RECORD_MAXIMUM_BYTES } from '../wire/session-record.ts';
import { type PubkySession, type PubkySigner, release } from './pubky-module.ts';
import type { SdkEngine, SdkRun } from './sdk-engine.ts';
import { failureError } from './sdk-failures.ts';

const SEED_BYTES = 32;

/** What the SDK does with the seed of an identity. */
export interface SdkAccounts {
  signUp(
    seed: Secret,
    homeserver: Uint8Array,
    invite: string | undefined,
    signal: CancelSignal,
  ): Promise<OpenedSession>;
  signIn(seed: Secret, signal: CancelSignal): Promise<OpenedSession>;
  announce(seed: Secret, homeserver: Uint8Array, signal: CancelSignal): Promise<void>;
  approve(seed: Secret, link: string): Promise<void>;
}

/** Makes a signer of a seed for as long as `work` takes; its handles are freed then, however long that is. */
async function withSigner<Result>(
  { module, facade }: SdkRun,
  seed: Secret,
  work: (signer: PubkySigner, publicKey: Uint8Array) => Promise<Result>,
): Promise<Result> {
  if (seed.length !== SEED_BYTES) {
    throw new HomeserverError('HOMESERVER_BAD_KEY', { what: 'seed', bytes: seed.length });
  }
  const keypair = seed.use((bytes) => module.Keypair.fromSecret(bytes));
  const key = keypair.publicKey;
  const signer = facade.signer(keypair);
  try {
    return await work(signer, key.toUint8Array());
  } finally {
    release(signer, key, keypair);
  }
}

/** Takes a session of the SDK over: what the server said, and the cookie that came with it. */
async function takeOver(
  { answers }: SdkRun,
  session: PubkySession,
  owner: Uint8Array,
): Promise<OpenedSession> {
  const exported = session.export();
  release(session);
  const answer = answers?.take(exported);
  const response = answer ?? {
    status: 200,
    headers: { get: () => null },
    arrayBuffer: async () => new ArrayBuffer(0),
  };
  const body = async () => base64.decode(exported.slice(0, 2 * SESSION_RECORD_MAXIMUM_BYTES));
  return readOpenedSession(answers === undefined ? 'platform' : 'header', owner, response, body);
}

/** A key of the SDK for as long as `work` takes. */
async function withKey<Result>(
  { module }: SdkRun,
  bytes: Uint8Array,
  work: (key: ReturnType<typeof module.PublicKey.from>) => Promise<Result>,
): Promise<Result> {
  const key = module.PublicKey.from(zBase32.encode(bytes));
  try {
    return await work(key);
  } finally {
    release(key);
  }
}

const announcingFailed = (error: unknown) =>
  new HomeserverError('HOMESERVER_DIRECTORY_FAILED', { what: 'announce a homeserver' }, { cause: error });

/** Signs up, signs in and approves with the SDK of an engine. */
export function createSdkAccounts(engine: SdkEngine): SdkAccounts {
  return {
    signUp(seed, homeserver, invite, signal) {
      let signedUp = false;
      return engine.run(
        'sign up',
        (run) =>
          withSigner(run, seed, async (signer, owner) => {
            try {
              const session = await withKey(run, homeserver, (key) => signer.signup(key, invite ?? null));
              return await takeOver(run, session, owner);
            } catch (error) {
              signedUp = run.answers?.discard(owner) ?? false;
              throw error;
            }
          }),
        async (failure, error) => {
          if (signedUp) return announcingFailed(error);
          if (failure.kind === 'records') return engine.explainUnlocated(homeserver, signal);
          return failure.kind === 'status' ? signUpRefusal(failure.status, invite !== undefined) : undefined;
        },
      );
    },
    signIn(seed, signal) {
      let owner: Uint8Array | undefined;
      return engine.run(
        'sign in',
        (run) =>
          withSigner(run, seed, async (signer, publicKey) => {
            owner = publicKey;
            return takeOver(run, await signer.signin(), publicKey);
          }),
        async (failure) => {
          if (failure.kind === 'records' && owner !== undefined) return engine.explainMissing(owner, signal);
          return failure.kind === 'status' ? signInRefusal(failure.status) : undefined;
        },
      );
    },
    announce: (seed, homeserver, signal) =>
      engine.run(
        'announce a homeserver',
        (run) =>
          withSigner(run, seed, (signer) =>
            withKey(run, homeserver, async (key) => {
              const directory = signer.pkdns;
              try {
                await directory.publishHomeserverForce(key);
              } finally {
                release(directory);
              }
            }),
          ),
        async ({ kind }, error) => {
          if (kind !== 'records' && kind !== 'network') return undefined;
          const explained = await engine.explainUnlocated(homeserver, signal);
          return explained.code === 'HOMESERVER_OFFLINE' ? explained : announcingFailed(error);
        },
      ),
    approve: (seed, link) =>
      engine.run(
        'approve a sign-in',
        (run) => withSigner(run, seed, (signer) => signer.approveAuthRequest(link)),
        async (failure, error) => failureError(failure, error, 'approval', 'auth relay'),
      ),
  };
}
