import { connectTcp, listenTcp } from 'pubky-paykit/node';

/**
 * Opens or awaits the one connection of this process and serves it.
 *
 * @param {import('./arguments.mjs').PeerOptions} options
 * @param {(event: Record<string, unknown>) => void} print
 * @param {(stream: import('pubky-paykit').ByteStream) => Promise<void>} serve
 */
export async function withConnection({ mode, host, port }, print, serve) {
  if (mode === 'connect') return serve(await connectTcp({ host, port }));
  await new Promise((resolve, reject) => {
    let taken = false;
    const listening = listenTcp({
      host,
      port,
      async onConnection(stream) {
        if (taken) return stream.abort();
        taken = true;
        try {
          await serve(stream);
          resolve(undefined);
        } catch (error) {
          reject(error);
        } finally {
          void listening.then((server) => server.close());
        }
      },
    });
    listening.then((server) => print({ event: 'listening', port: server.port }), reject);
  });
}
