import { type IdentitySigner, type Secret, zBase32 } from '@pubky-paykit/primitives';
import { createHomeserverDirectory, createRelay } from '../../pkarr-discovery/src/index.ts';
import { createFetchHomeserver, type FetchHomeserverOptions } from '../src/fetch/index.ts';
import { createSdkHomeserver, type SdkHomeserverOptions } from '../src/sdk/node/index.ts';
import type { ContractWorld } from '../src/testing.ts';
import { newSeed, newSigner } from './people.ts';

/** A network to test against: one of ours, or a real one. */
export interface NetworkUnderTest {
  /** Address of a pkarr relay. */
  readonly relay: string;
  /** z-base-32 key of a homeserver. */
  readonly homeserver: string;
  readonly authRelay: string | undefined;
  /** A fresh invite; `undefined` where none are wanted. */
  readonly createInvite: (() => Promise<string>) | undefined;
}

function placeOf<Identity>({ homeserver, authRelay, createInvite }: NetworkUnderTest) {
  return {
    signUpOptions: async () => ({
      homeserver: zBase32.decode(homeserver, 32),
      invite: await createInvite?.(),
    }),
    wantsInvite: createInvite !== undefined,
    authRelay,
  } satisfies Partial<ContractWorld<Identity>>;
}

/** The directory of a network, through its relay. */
export function directoryOf({ relay }: Pick<NetworkUnderTest, 'relay'>) {
  return createHomeserverDirectory({
    store: createRelay({ url: relay }),
    plainHttpHosts: ['localhost'],
  });
}

/** The adapter over `fetch` in a network. */
export function fetchWorld(
  network: NetworkUnderTest,
  options: Partial<FetchHomeserverOptions> = {},
): ContractWorld<IdentitySigner> {
  return {
    ...placeOf<IdentitySigner>(network),
    homeserver: createFetchHomeserver({ directory: directoryOf(network), ...options }),
    newPerson() {
      const identity = newSigner();
      return { identity, publicKey: identity.publicKey };
    },
  };
}

/** The adapter over the SDK in a network. */
export function sdkWorld(
  network: NetworkUnderTest,
  options: Partial<SdkHomeserverOptions> = {},
): ContractWorld<Secret> {
  return {
    ...placeOf<Secret>(network),
    homeserver: createSdkHomeserver({ relays: [network.relay], ...options }),
    newPerson: newSeed,
  };
}
