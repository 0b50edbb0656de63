import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { MAX_DHT_PEERS, MAX_DHT_VALUES } from '../constants.ts';
import { DiscoveryError, reasonOf } from '../errors.ts';
import { guardedSocket } from './guarded-socket.ts';
import { loadMainline, type MainlineClass, type MainlineClient } from './mainline-client.ts';

/** Where a node listens, and whom it asks first. */
export interface NodeOptions {
  readonly bootstrap: readonly string[];
  readonly host: string;
  readonly port: number;
}

/** A node that listens. */
export interface MainlineNode {
  readonly client: MainlineClient;
  /** Its UDP port. */
  readonly port: number;
  answers(): number;
  destroy(): Promise<void>;
}

/** A name or an IPv4 address, and a port; the package takes no other form. */
const BOOTSTRAP = /^[A-Za-z0-9_.-]{1,253}:([0-9]{1,5})$/;

/** @throws TypeError unless there is one at least, and each is `host:port`. */
function checkBootstrap(bootstrap: readonly string[]): void {
  if (bootstrap.length === 0) throw new TypeError('a node must know another one');
  for (const address of bootstrap) {
    const port = Number(BOOTSTRAP.exec(address)?.[1] ?? 0);
    if (port < 1 || port > 0xffff) throw new TypeError('a node is given as host:port');
  }
}

/**
 * Starts a node.
 *
 * @throws DISCOVERY_DHT_MISSING, DISCOVERY_DHT_FAILED
 * @throws TypeError for nodes that are none.
 */
export async function startNode(
  options: NodeOptions,
  load: () => Promise<MainlineClass> = loadMainline,
): Promise<MainlineNode> {
  checkBootstrap(options.bootstrap);
  const Client = await load();
  const { socket, answers } = guardedSocket();
  const client = new Client({
    bootstrap: options.bootstrap,
    // Without it a node refuses to keep what is signed.
    verify: verifyStrictly,
    socket,
    maxValues: MAX_DHT_VALUES,
    maxPeers: MAX_DHT_PEERS,
  });
  // Messages that nobody understands are part of every DHT.
  client.on('warning', () => {});
  await listen(client, options);
  client.on('error', () => {});
  const destroy = (): Promise<void> => new Promise((resolve) => client.destroy(resolve));
  return { client, port: client.address().port, answers, destroy };
}

function listen(client: MainlineClient, { host, port }: NodeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      // A socket that was never bound says nothing when it is closed: nobody waits for that.
      client.destroy(() => {});
      reject(new DiscoveryError('DISCOVERY_DHT_FAILED', { reason: reasonOf(cause) }, { cause }));
    };
    client.on('error', fail);
    client.listen(port, host, () => {
      client.off('error', fail);
      resolve();
    });
  });
}
