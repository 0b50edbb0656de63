import { type CancelSignal, type Clock, type Fetch, isCodedError, zBase32 } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import {
  type LoadedPubky,
  type PubkyClient,
  type PubkyFacade,
  type PubkyLoader,
  release,
} from './pubky-module.ts';
import { probeRelays } from './relay-probe.ts';
import { failureError, readFailure, type SdkFailure } from './sdk-failures.ts';

/** What the SDK is loaded with and pointed at. */
export interface SdkEngineParts {
  readonly load: PubkyLoader;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Addresses of pkarr relays. */
  readonly relays: readonly string[];
  /** The host of a local test network, whose homeserver may be on plain http. */
  readonly testnetHost: string | undefined;
  /** Milliseconds that the SDK gives a relay. */
  readonly relayTimeoutMs: number;
}

/** The SDK at work. */
export interface SdkRun extends LoadedPubky {
  readonly client: PubkyClient;
  readonly facade: PubkyFacade;
}

/** The SDK of one adapter: loaded when it is first needed, and anew after a panic. */
export interface SdkEngine {
  /**
   * Lets `work` use the SDK, and what it throws come out coded.
   *
   * @param what Names the work in errors, as in "failed to sign in".
   * @param explain Finds the code for a failure; `undefined` for the usual one.
   */
  run<Result>(
    what: string,
    work: (run: SdkRun) => Promise<Result>,
    explain?: (failure: SdkFailure, error: unknown) => Promise<Error | undefined>,
  ): Promise<Result>;
  /** Why the SDK found no endpoint for somebody (32 bytes). */
  explainMissing(owner: Uint8Array, signal: CancelSignal | undefined): Promise<HomeserverError>;
  /** Why the SDK found no endpoint for a homeserver (32 bytes). */
  explainUnlocated(homeserver: Uint8Array, signal: CancelSignal | undefined): Promise<HomeserverError>;
}

/** Not loaded yet. */
export function createSdkEngine(parts: SdkEngineParts): SdkEngine {
  const { load, fetch, relays, testnetHost, relayTimeoutMs } = parts;
  let loading: Promise<SdkRun> | undefined;

  const start = async (): Promise<SdkRun> => {
    const loaded = await load(fetch).catch((error) => {
      throw new HomeserverError('HOMESERVER_SDK_MISSING', {}, { cause: error });
    });
    const { Client, Pubky } = loaded.module;
    const client =
      testnetHost === undefined
        ? new Client({ pkarr: { relays: [...relays], requestTimeout: relayTimeoutMs } })
        : Client.testnet(testnetHost);
    return { ...loaded, client, facade: Pubky.withClient(client) };
  };
  const current = (): Promise<SdkRun> => {
    // A failed load is not kept: the package may be there the next time.
    loading ??= start().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  const run: SdkEngine['run'] = async (what, work, explain) => {
    try {
      return await work(await current());
    } catch (error) {
      if (isCodedError(error)) throw error;
      const failure = readFailure(error);
      // The handles are left to the garbage collector: freeing them would run the broken copy again.
      if (failure.kind === 'panic') loading = undefined;
      throw (await explain?.(failure, error)) ?? failureError(failure, error, what, 'homeserver');
    }
  };
  const offline = () => new HomeserverError('HOMESERVER_OFFLINE', { what: 'pkarr relay' });
  const hasHomeserver = async (owner: Uint8Array): Promise<boolean> => {
    const { module, facade } = await current();
    const key = module.PublicKey.from(zBase32.encode(owner));
    try {
      const found = await facade.getHomeserverOf(key);
      release(found);
      return found !== undefined;
    } finally {
      release(key);
    }
  };
  return {
    run,
    async explainMissing(owner, signal) {
      const answer = await probeRelays(parts, owner, signal);
      if (answer === 'unreachable') return offline();
      const announced = answer === 'known' && (await hasHomeserver(owner));
      return new HomeserverError(announced ? 'HOMESERVER_UNLOCATED' : 'HOMESERVER_NO_HOMESERVER');
    },
    async explainUnlocated(homeserver, signal) {
      const answer = await probeRelays(parts, homeserver, signal);
      return answer === 'unreachable' ? offline() : new HomeserverError('HOMESERVER_UNLOCATED');
    },
  };
}
