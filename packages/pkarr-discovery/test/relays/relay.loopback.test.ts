import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemFetch } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createRelay, type PacketStore, signedPacketPayload, signPacket } from '../../src/index.ts';
import { rejectionOf } from '../bytes.ts';
import { numbered } from '../signers.ts';

const signer = numbered(1);
const packet = await signPacket(signer, [], 1_700_000_000_000_000n);
const servers: Server[] = [];

/** A relay behind a real connection, by a clock that stands still. */
async function serving(listener: RequestListener, clock = new ManualClock()): Promise<PacketStore> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return createRelay({ url: `http://127.0.0.1:${port}`, fetch: systemFetch, clock });
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('createRelay, over a real connection', () => {
  it('reads and writes, and asks caches to stand aside', async () => {
    const seen: unknown[] = [];
    let held: Buffer | undefined;
    const relay = await serving((request, response) => {
      const { method, headers } = request;
      seen.push([method, headers['cache-control'], headers['if-match']]);
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        if (method === 'PUT') held = Buffer.concat(parts);
        if (method === 'PUT') response.writeHead(204).end();
        else response.writeHead(held === undefined ? 404 : 200).end(held);
      });
    });
    expect(await relay.get(signer.publicKey)).toBeUndefined();
    await relay.put(packet, { replacing: 42n });
    expect(held).toEqual(Buffer.from(signedPacketPayload(packet)));
    expect(await relay.get(signer.publicKey)).toEqual(packet);
    expect(seen).toEqual([
      ['GET', 'no-cache', undefined],
      ['PUT', 'no-cache', '42'],
      ['GET', 'no-cache', undefined],
    ]);
  });

  it('[F3] hangs up on a relay that sends without end', async () => {
    const closed = new Promise<void>((resolve, reject) => {
      serving((request, response) => {
        response.on('close', resolve);
        response.writeHead(200);
        const more = (): void => {
          while (response.write(Buffer.alloc(65_536)));
        };
        response.on('drain', more);
        more();
        request.resume();
      })
        .then((relay) => rejectionOf(relay.get(signer.publicKey)))
        .then((error) => expect(error.code).toBe('DISCOVERY_BAD_ANSWER'))
        .catch(reject);
    });
    await closed;
  });

  it('[F3] refuses 20 MB by their announcement', async () => {
    const relay = await serving((_, response) => {
      response.writeHead(200, { 'content-length': 20_000_000 });
      response.write(Buffer.alloc(1_000));
    });
    expect((await rejectionOf(relay.get(signer.publicKey))).code).toBe('DISCOVERY_BAD_ANSWER');
  });

  it('does not follow redirects', async () => {
    let visits = 0;
    const relay = await serving((_, response) => {
      visits += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await rejectionOf(relay.get(signer.publicKey))).toMatchObject({
      code: 'DISCOVERY_RELAY_REFUSED',
      context: { status: 302 },
    });
    expect(visits).toBe(1);
  });

  it('[T2] ends with a relay that takes the connection and says nothing', async () => {
    const closed: Promise<void>[] = [];
    const clock = new ManualClock();
    const relay = await serving((request) => {
      closed.push(new Promise((resolve) => request.on('close', resolve)));
      clock.advance(5_000);
    }, clock);
    expect((await rejectionOf(relay.get(signer.publicKey))).code).toBe('DISCOVERY_TIMED_OUT');
    await Promise.all(closed);
  });

  it('tells a port where nobody listens', async () => {
    const relay = await serving(() => {});
    const [server] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));
    expect(await rejectionOf(relay.get(signer.publicKey))).toMatchObject({
      code: 'DISCOVERY_OFFLINE',
      context: { reason: 'ECONNREFUSED' },
    });
  });

  it('tells a relay that hangs up', async () => {
    const relay = await serving((request) => request.socket.destroy());
    expect((await rejectionOf(relay.get(signer.publicKey))).code).toBe('DISCOVERY_OFFLINE');
  });
});
