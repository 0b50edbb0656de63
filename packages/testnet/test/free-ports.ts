import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import process from 'node:process';

/** Below the ports that systems give out by themselves, so that nothing else takes one between two lines of a test. */
const FIRST = 20_000;
const COUNT = 12_000;

let next = (process.pid * 97) % COUNT;

async function listening(port: number): Promise<Server | undefined> {
  const server = createServer();
  server.listen({ host: '127.0.0.1', port });
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  );
}

/** A port with a server on it. */
export async function takenPort(): Promise<{ readonly port: number; free(): Promise<void> }> {
  for (;;) {
    next = (next + 1) % COUNT;
    const port = FIRST + next;
    const server = await listening(port);
    if (server === undefined) continue;
    return {
      port,
      async free() {
        server.close();
        await once(server, 'close');
      },
    };
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { port, free } = await takenPort();
  await free();
  return port;
}
