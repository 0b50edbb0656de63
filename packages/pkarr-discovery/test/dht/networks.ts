import { systemClock } from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { guardedSocket } from '../../src/dht/guarded-socket.ts';
import { loadMainline, type MainlineClient } from '../../src/dht/mainline-client.ts';

const HOST = '127.0.0.1';

/** Some nodes on this machine that know one another and nobody else. */
export interface Network {
  /** `127.0.0.1:port` of each node. */
  readonly bootstrap: readonly string[];
  close(): Promise<void>;
}

/** Starts nodes, each of which knows the ones before it. */
export async function startNetwork(nodes = 5): Promise<Network> {
  const Client = await loadMainline();
  const clients: MainlineClient[] = [];
  const bootstrap: string[] = [];
  for (let index = 0; index < nodes; index++) {
    const client = new Client({
      // The first one knows nobody, and the package would ask the public nodes for an empty list.
      bootstrap: index === 0 ? (false as never) : [...bootstrap],
      verify: verifyStrictly,
      socket: guardedSocket(systemClock).socket,
      maxValues: 100,
      maxPeers: 100,
    });
    client.on('warning', () => {});
    client.on('error', () => {});
    await new Promise<void>((resolve) => client.listen(0, HOST, resolve));
    clients.push(client);
    bootstrap.push(`${HOST}:${client.address().port}`);
  }
  return {
    bootstrap,
    async close() {
      await Promise.all(clients.map((client) => new Promise<void>((resolve) => client.destroy(resolve))));
    },
  };
}
