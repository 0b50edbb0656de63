import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { DHT_QUERY_TIMEOUT_MS, RELAY_PACKETS } from '../constants.ts';
import { reasonOf, TestnetError } from '../errors.ts';
import { type DhtClient, type DhtClientClass, loadDhtClient } from './dht-client.ts';

const HOST = '127.0.0.1';

/** A running node, and how others find it. */
export interface DhtNode {
  readonly client: DhtClient;
  /** `127.0.0.1:port` */
  readonly address: string;
}

function listen(client: DhtClient, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('error', reject);
    client.listen(port, HOST, () => {
      client.off('error', reject);
      resolve();
    });
  });
}

function ready(client: DhtClient): Promise<void> {
  return new Promise((resolve) => {
    if (client.ready) resolve();
    else client.once('ready', resolve);
  });
}

/** Ends a node, its socket and its timers. */
export function destroyNode({ client }: DhtNode): Promise<void> {
  return new Promise((resolve) => client.destroy(resolve));
}

/** A node that knows the ones in `bootstrap` and nobody else: none, for the first, and never the public ones. */
async function startNode(
  Class: DhtClientClass,
  port: number,
  bootstrap: readonly string[],
): Promise<DhtNode> {
  const client = new Class({
    bootstrap: bootstrap.length === 0 ? false : bootstrap,
    // Without it a node refuses to keep what is signed.
    verify: verifyStrictly,
    maxValues: RELAY_PACKETS,
    host: HOST,
    // Of this machine: whoever takes longer has left, and every look-up waits for those.
    timeout: DHT_QUERY_TIMEOUT_MS,
  });
  // Messages nobody understands are part of every DHT; unheard, an error would end the process.
  client.on('warning', () => {});
  const isReady = ready(client);
  try {
    await listen(client, port);
  } catch (error) {
    // Not `destroyNode`: a socket that never was bound says nothing when it is closed.
    client.destroy(() => {});
    const reason = reasonOf(error);
    if (reason === 'EADDRINUSE') {
      throw new TestnetError('TESTNET_PORT_TAKEN', { service: 'dht', port }, { cause: error });
    }
    throw new TestnetError('TESTNET_LISTEN_FAILED', { service: 'dht', port, reason }, { cause: error });
  }
  client.on('error', () => {});
  await isReady;
  return { client, address: `${HOST}:${client.address().port}` };
}

/**
 * Nodes on loopback that know one another, and in the last place one more: the one this process asks through.
 *
 * @param port of the first; 0 picks one.
 * @throws TESTNET_DHT_FAILED, TESTNET_PORT_TAKEN, TESTNET_LISTEN_FAILED; then none is left running.
 */
export async function startNodes(count: number, port: number): Promise<readonly DhtNode[]> {
  const Class = await loadDhtClient();
  const nodes: DhtNode[] = [];
  try {
    while (nodes.length <= count) {
      const bootstrap = nodes.map(({ address }) => address);
      nodes.push(await startNode(Class, nodes.length === 0 ? port : 0, bootstrap));
    }
    return nodes;
  } catch (error) {
    await Promise.all(nodes.map(destroyNode));
    throw error;
  }
}
