import type { EventEmitter } from 'node:events';
import type { CancelSignal, Clock } from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { MAX_DHT_PEERS, MAX_DHT_VALUES } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { DiscoveryError, reasonOf } from '../errors.ts';
import { guardedSocket } from './guarded-socket.ts';
import { loadMainline, type MainlineClass, type MainlineClient } from './mainline-client.ts';
import type { Hearing } from './questions.ts';

/** Where a node listens, and whom it asks first. */
export interface NodeOptions {
  readonly bootstrap: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  /** Milliseconds until it must listen. */
  readonly timeoutMs: number;
  /** Ends that, and nothing that comes later. */
  readonly signal: CancelSignal | undefined;
}

/** A node that listens. */
export interface MainlineNode {
  readonly client: MainlineClient;
  /** Its UDP port. */
  readonly port: number;
  /** Begins to hear who answers a `get` of the target. @param target 20 bytes; borrowed. */
  hear(target: Uint8Array): Hearing;
  destroy(): Promise<void>;
}

const MAX_PORT = 0xffff;
/** A name or an IPv4 address, and a port; the package takes no other form. */
const BOOTSTRAP = /^[A-Za-z0-9_.-]{1,253}:([0-9]{1,5})$/;

/**
 * @throws TypeError unless there is one node at least, each of them is `host:port`, and so many ports there are: the package
 * takes the rest of a higher one.
 */
function checkAddresses({ bootstrap, port: own }: NodeOptions): void {
  if (!(Number.isInteger(own) && own >= 0 && own <= MAX_PORT)) throw new TypeError('a port is 0 to 65535');
  if (bootstrap.length === 0) throw new TypeError('a node must know another one');
  for (const address of bootstrap) {
    const port = Number(BOOTSTRAP.exec(address)?.[1] ?? 0);
    if (port < 1 || port > MAX_PORT) throw new TypeError('a node is given as host:port');
  }
}

/**
 * Starts a node.
 *
 * @throws DISCOVERY_DHT_MISSING, DISCOVERY_DHT_FAILED, DISCOVERY_TIMED_OUT, DISCOVERY_CANCELLED
 * @throws TypeError for nodes and ports that are none.
 */
export async function startNode(
  options: NodeOptions,
  load: () => Promise<MainlineClass> = loadMainline,
): Promise<MainlineNode> {
  checkAddresses(options);
  const Client = await load();
  const { socket, hear } = guardedSocket(options.clock);
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
  client.on('error', () => {});
  await listen(client, socket, options);
  const destroy = (): Promise<void> => new Promise((resolve) => client.destroy(resolve));
  return { client, port: client.address().port, hear, destroy };
}

/** Of what keeps a socket from listening the package tells two errors out of many, so the socket is listened to itself. */
async function listen(client: MainlineClient, socket: EventEmitter, options: NodeOptions): Promise<void> {
  const { host, port, clock, timeoutMs, signal } = options;
  let fail = (_cause: unknown): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = (cause) =>
      reject(new DiscoveryError('DISCOVERY_DHT_FAILED', { reason: reasonOf(cause) }, { cause }));
  });
  socket.on('error', fail);
  try {
    await withDeadline({ what: 'entering the DHT', clock, timeoutMs, signal }, ({ race }) =>
      race(() => Promise.race([failed, new Promise<void>((resolve) => client.listen(port, host, resolve))])),
    );
  } catch (error) {
    // A socket that was never bound says nothing when it is closed: nobody waits for that.
    client.destroy(() => {});
    throw error;
  } finally {
    socket.off('error', fail);
  }
}
