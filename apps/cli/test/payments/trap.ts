import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Something that listens and is no payee. */
export interface Trap {
  readonly port: number;
  connections(): number;
  close(): Promise<void>;
}

/** Takes connections on loopback, does something at each, and cuts it. */
export async function listenAndCut(meanwhile: () => Promise<void> = async () => {}): Promise<Trap> {
  let connections = 0;
  const server = createServer((socket: Socket) => {
    connections += 1;
    socket.on('error', () => {});
    meanwhile().finally(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
