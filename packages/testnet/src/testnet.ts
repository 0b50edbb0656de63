/// <reference lib="esnext.disposable" preserve="true" />
import {
  type Clock,
  type Logger,
  type RandomSource,
  silentLogger,
  systemClock,
  systemRandom,
  wipe,
  zBase32,
} from '@pubky-paykit/primitives';
import { createAuthChannels } from './auth-relay/auth-channels.ts';
import { createAuthRelay } from './auth-relay/auth-relay-handler.ts';
import { CHANNEL_TIMEOUT_MS, CHANNELS } from './constants.ts';
import { type DhtNetwork, startDht } from './dht/dht-network.ts';
import { reasonOf, type ServiceName, TestnetError } from './errors.ts';
import {
  createFaultSwitch,
  type Fault,
  type FaultSwitch,
  type HomeserverFault,
  type RelayFault,
} from './faults/fault-switch.ts';
import { withFaults } from './faults/with-faults.ts';
import { createAdministration } from './homeserver/admin-handler.ts';
import { createEventBell } from './homeserver/event-bell.ts';
import { createHomeserver } from './homeserver/homeserver-handler.ts';
import { createHomeserverSigner } from './homeserver/homeserver-signer.ts';
import { createInvite } from './homeserver/invites.ts';
import { startPublication } from './homeserver/publication.ts';
import { createTokenGate } from './homeserver/token-gate.ts';
import { withCors } from './http/cors.ts';
import { LoopbackServer } from './http/loopback-server.ts';
import { planOf, type TestnetOptions } from './options.ts';
import { createPacketShelf } from './relay/packet-shelf.ts';
import { createRelay } from './relay/relay-handler.ts';
import { openFolderStore } from './storage/folder-store.ts';
import { createMemoryStore } from './storage/store.ts';
import { createTeardown, type Teardown } from './teardown.ts';

/** A server of the network. */
export interface TestnetServer {
  /** `http://localhost:…`, without a slash at its end. */
  readonly url: string;
  readonly port: number;
}

/** The homeserver of the network. */
export interface TestnetHomeserver extends TestnetServer {
  /** z-base-32: what users sign up with. */
  readonly publicKey: string;
  /**
   * A code with which one user may sign up, such as `JZY0-D6MY-ZFNG`.
   *
   * @throws TESTNET_CLOSED, TESTNET_STORAGE_FULL, TESTNET_STORAGE_FAILED
   */
  createInvite(): Promise<string>;
}

/** Switches for what should go wrong, one for each server. */
export interface TestnetFaults {
  readonly relay: FaultSwitch<RelayFault>;
  readonly homeserver: FaultSwitch<HomeserverFault>;
  readonly authRelay: FaultSwitch<Fault>;
}

/** A Pubky network on this machine. */
export interface Testnet {
  /** The pkarr relay. */
  readonly relay: TestnetServer;
  readonly homeserver: TestnetHomeserver;
  /** The relay for sign-in links; its `url` is the base of its channels, `http://localhost:…/link/`. */
  readonly authRelay: TestnetServer;
  /** The administration of the homeserver, for invites from another process. */
  readonly admin: TestnetServer & { readonly password: string };
  /** The DHT, if one was wanted: `127.0.0.1:port` of its nodes. */
  readonly dht: { readonly bootstrap: readonly string[] } | undefined;
  readonly faults: TestnetFaults;
  /**
   * Ends every connection and timer, and the network. What was acknowledged is in its folder, if it has one. Never
   * rejects; again waits for the same end.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Servers in the order in which they start. */
const SERVERS = ['relay', 'authRelay', 'homeserver', 'admin'] as const satisfies readonly ServiceName[];

type Servers = Readonly<Record<(typeof SERVERS)[number], LoopbackServer>>;

/** What is the same for all parts. */
interface Surroundings {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

function addressOf({ url, port }: LoopbackServer): TestnetServer {
  return { url, port };
}

async function listenAll(
  ports: Readonly<Record<ServiceName, number>>,
  { clock, logger }: Surroundings,
  teardown: Teardown,
): Promise<Servers> {
  const servers: Partial<Record<ServiceName, LoopbackServer>> = {};
  for (const service of SERVERS) {
    const server = await LoopbackServer.listen({ service, port: ports[service], clock, logger });
    servers[service] = server;
    teardown.add(() => server.close());
  }
  return servers as Servers;
}

async function start(
  options: TestnetOptions,
  surroundings: Surroundings,
  teardown: Teardown,
): Promise<Testnet> {
  const { clock, random, logger } = surroundings;
  const plan = planOf(options);
  const signer = createHomeserverSigner(plan.seed);
  wipe(plan.seed);
  teardown.add(() => signer.destroy());

  const { folder } = options;
  const store =
    folder === undefined ? createMemoryStore(plan.memoryBytes) : await openFolderStore(folder, logger);
  teardown.add(() => store.close());

  let dht: DhtNetwork | undefined;
  if (plan.dhtNodes > 0) {
    dht = await startDht({ nodes: plan.dhtNodes, port: plan.ports.dht, clock, logger });
    const started = dht;
    teardown.add(() => started.close());
  }

  const channels = createAuthChannels({ clock, timeoutMs: CHANNEL_TIMEOUT_MS, maximum: CHANNELS });
  const servers = await listenAll(plan.ports, surroundings, teardown);
  teardown.add(() => channels.clear());

  const shelf = createPacketShelf(store, clock, plan.relayPackets);
  const { port } = servers.homeserver;
  teardown.add(await startPublication({ signer, port, shelf, network: dht, clock, logger }));

  const faults = {
    relay: createFaultSwitch<RelayFault>(),
    homeserver: createFaultSwitch<HomeserverFault>(),
    authRelay: createFaultSwitch<Fault>(),
  };
  const relay = createRelay({ shelf, clock, logger, network: dht });
  const homeserver = createHomeserver({
    store,
    clock,
    random,
    logger,
    tokens: createTokenGate(clock),
    bell: createEventBell(clock),
    limits: { fileBytes: plan.fileBytes, userBytes: plan.quotaBytes },
    inviteOnly: plan.inviteOnly,
  });
  servers.relay.serve(withCors(withFaults(faults.relay, clock, relay)));
  servers.homeserver.serve(withCors(withFaults(faults.homeserver, clock, homeserver)));
  servers.authRelay.serve(withCors(withFaults(faults.authRelay, clock, createAuthRelay(channels))));
  servers.admin.serve(withCors(createAdministration(store, random, plan.adminPassword)));

  let closed = false;
  const close = (): Promise<void> => {
    closed = true;
    return teardown.run();
  };
  return {
    relay: addressOf(servers.relay),
    authRelay: { ...addressOf(servers.authRelay), url: `${servers.authRelay.url}/link/` },
    homeserver: {
      ...addressOf(servers.homeserver),
      publicKey: zBase32.encode(signer.publicKey),
      async createInvite() {
        if (closed) throw new TestnetError('TESTNET_CLOSED');
        return createInvite(store, random);
      },
    },
    admin: { ...addressOf(servers.admin), password: plan.adminPassword },
    dht: dht && { bootstrap: dht.bootstrap },
    faults,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Times that are written down are whole: a clock may tell fractions, such as one that is made of `performance`. */
function wholeMilliseconds(clock: Clock): Clock {
  return {
    now: () => Math.floor(clock.now()),
    schedule: (delayMs, callback) => clock.schedule(delayMs, callback),
  };
}

/**
 * Starts a Pubky network in this process, on loopback addresses: a pkarr relay, a homeserver, an auth relay and, if
 * wanted, a Mainline DHT. The unmodified SDK works with it. Either everything starts or nothing is left running.
 *
 * @throws TESTNET_PORT_TAKEN, TESTNET_LISTEN_FAILED, TESTNET_DHT_FAILED, TESTNET_FOLDER_IN_USE, TESTNET_FOLDER_FOREIGN,
 * TESTNET_FOLDER_VERSION, TESTNET_FOLDER_CORRUPT, TESTNET_STORAGE_FAILED
 * @throws RangeError for a number out of its range or a seed of another length.
 *
 * @example
 * ```ts
 * import { createTestnet } from '@pubky-paykit/testnet';
 * const testnet = await createTestnet();
 * const response = await fetch(`${testnet.relay.url}/${testnet.homeserver.publicKey}`);
 * console.log(response.status); // 200
 * await testnet.close();
 * ```
 */
export async function createTestnet(options: TestnetOptions = {}): Promise<Testnet> {
  const { clock = systemClock, random = systemRandom, logger = silentLogger } = options;
  const teardown = createTeardown((error) =>
    logger.error('a part of the network did not end well', { reason: reasonOf(error) }),
  );
  try {
    return await start(options, { clock: wholeMilliseconds(clock), random, logger }, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}
