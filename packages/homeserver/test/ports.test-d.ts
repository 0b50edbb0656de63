import type { IdentitySigner, Secret } from '@pubky-paykit/primitives';
import type { OwnFiles, PkarrDirectory, PublicFiles } from '../../pkarr-discovery/src/index.ts';
import type { FetchHomeserver, HomeserverDirectory } from '../src/fetch/index.ts';
import type { Homeserver, HomeserverError, PublicStorage, SessionStorage } from '../src/index.ts';
import type { SdkHomeserver } from '../src/sdk/index.ts';
import type { MemoryHomeserver } from '../src/testing.ts';
import type { parseAuthToken, VerifiedAuthToken } from '../src/wire/index.ts';

const OWNER = new Uint8Array(32);

export function legal(
  directory: PkarrDirectory,
  memory: MemoryHomeserver,
  overFetch: FetchHomeserver,
  session: SessionStorage,
): [
  HomeserverDirectory,
  Homeserver<IdentitySigner>,
  Homeserver<IdentitySigner>,
  PublicStorage,
  PublicFiles,
  OwnFiles,
] {
  // Whoever is signed in reads as everybody does, memory stands in for the real thing, and discovery reads and writes here.
  return [directory, memory, overFetch, session, session, session];
}

export async function illegal(
  storage: PublicStorage,
  session: SessionStorage,
  overSdk: SdkHomeserver,
  signer: IdentitySigner,
  seed: Secret,
  parsed: ReturnType<typeof parseAuthToken>,
  error: HomeserverError,
): Promise<void> {
  // @ts-expect-error nobody writes without a session
  await storage.put('/pub/a', OWNER);
  // @ts-expect-error whoever is signed in writes only what is their own
  await session.put(OWNER, '/pub/a', OWNER);
  // @ts-expect-error owners are keys, not texts
  await storage.get('8pinxxgqs41n4aididenw5apqp1urfmzdztr8jt4abrkdn435ewo', '/pub/a');
  // @ts-expect-error files are bytes
  await session.put('/pub/a', 'text');
  // @ts-expect-error the SDK cannot do with a signer
  await overSdk.signIn(signer);
  // @ts-expect-error signing up needs a homeserver
  await overSdk.signUp(seed, {});
  // @ts-expect-error only the verifying function makes verified tokens
  const verified: VerifiedAuthToken = parsed;
  // @ts-expect-error the context is the one of the code
  if (error.code === 'HOMESERVER_SERVER_ERROR') error.context.afterMs;
  void verified;
}
