import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Fetch, readBody, systemFetch } from '../../src/index.ts';

describe('systemFetch', () => {
  it('sends what it is given with the platform, which fits the port', async () => {
    const server = createServer((request, response) => {
      response.setHeader('x-method', `${request.method} ${request.headers['x-test']}`);
      request.pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const platform: Fetch = fetch;
    try {
      for (const send of [systemFetch, platform]) {
        const response = await send(`http://127.0.0.1:${port}/`, {
          method: 'PUT',
          headers: { 'x-test': 'yes' },
          body: new Uint8Array([1, 2, 3]),
        });
        expect(response.headers.get('x-method')).toBe('PUT yes');
        expect([...(await readBody(response, 3))]).toEqual([1, 2, 3]);
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('uses the fetch of the time of the call', async () => {
    const before = globalThis.fetch;
    globalThis.fetch = async () => new Response('replaced');
    try {
      expect((await systemFetch('http://localhost/')).status).toBe(200);
    } finally {
      globalThis.fetch = before;
    }
  });
});
