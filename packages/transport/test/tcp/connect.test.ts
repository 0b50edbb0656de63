import { createServer } from 'node:net';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { connectTcp } from '../../src/tcp/connect.ts';
import { codeOf } from '../bytes.ts';

const host = '127.0.0.1';

/** A port of this machine on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

describe('connectTcp', () => {
  it.each(['192.0.2.1', 'example.com', '0.0.0.0', '::', '127.1'])(
    '[T1] does not take plain TCP to %s, before it looks anything up',
    async (elsewhere) => {
      const outcome = connectTcp({ host: elsewhere, port: 9 });
      await expect(outcome).rejects.toMatchObject({
        code: 'TRANSPORT_INSECURE_HOST',
        context: { host: elsewhere },
        wireCode: 6000,
      });
    },
  );

  it('[F3] says TRANSPORT_CONNECT_FAILED where nobody listens', async () => {
    const clock = new ManualClock();
    const outcome = connectTcp({ host, port: await freePort(), clock });
    await expect(outcome).rejects.toMatchObject({
      code: 'TRANSPORT_CONNECT_FAILED',
      context: { reason: 'ECONNREFUSED' },
      retryable: true,
      wireCode: 8000,
    });
    expect(clock.pending).toBe(0);
  });

  it('[T2] stops when its signal fires, before and while it connects', async () => {
    const port = await freePort();
    expect(await codeOf(connectTcp({ host, port, signal: AbortSignal.abort() }))).toBe('TRANSPORT_ABORTED');
    const controller = new AbortController();
    const outcome = codeOf(connectTcp({ host, port, signal: controller.signal }));
    controller.abort();
    expect(await outcome).toBe('TRANSPORT_ABORTED');
  });

  it('[T2] stops after its time-out', async () => {
    const clock = new ManualClock();
    const outcome = codeOf(connectTcp({ host, port: await freePort(), clock, timeoutMs: 100 }));
    clock.advance(100);
    expect(await outcome).toBe('TRANSPORT_TIMED_OUT');
    expect(clock.pending).toBe(0);
  });

  it.each([0, 65_536, 1.5])('refuses port %d', async (port) => {
    await expect(connectTcp({ host, port })).rejects.toThrow(RangeError);
  });
});
