import { inspect } from 'node:util';
import { parseSignedPacket } from '@pubky-paykit/pkarr-discovery';
import { type Clock, type Logger, silentLogger, systemClock, zBase32 } from '@pubky-paykit/primitives';
import { predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import {
  createTestnet,
  type ServiceName,
  TESTNET_PORTS,
  type Testnet,
  type TestnetOptions,
} from '../src/index.ts';
import { planOf } from '../src/options.ts';
import { freePort, takenPort } from './free-ports.ts';
import { account, identity } from './identities.ts';
import { networks, START_MS, stoppedClock } from './networks.ts';

const { start, folder } = networks();

async function homeserverRecord({ relay, homeserver }: Testnet) {
  const response = await fetch(`${relay.url}/${homeserver.publicKey}`);
  const payload = new Uint8Array(await response.arrayBuffer());
  return parseSignedPacket(zBase32.decode(homeserver.publicKey), payload);
}

/** Asks again and again; no sleeping. */
async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

describe('createTestnet', () => {
  it('starts on free ports with nothing said, as the homeserver everybody knows [T1]', async () => {
    const [one, two] = [await start(), await start()];
    const ports = [one, two].flatMap((each) => [
      each.relay.port,
      each.authRelay.port,
      each.homeserver.port,
      each.admin.port,
    ]);
    expect(new Set(ports).size).toBe(8);
    expect(one.homeserver.publicKey).toBe('8pinxxgqs41n4aididenw5apqp1urfmzdztr8jt4abrkdn435ewo');
    expect(one.relay.url).toBe(`http://localhost:${one.relay.port}`);
    expect(one.authRelay.url).toBe(`http://localhost:${one.authRelay.port}/link/`);
    expect(one.dht).toBeUndefined();
  });

  it('takes a clock that tells fractions of milliseconds, and finds everything again', async () => {
    const path = await folder();
    const clock: Clock = {
      now: () => START_MS + 0.25,
      schedule: (delayMs, work) => systemClock.schedule(delayMs, work),
    };
    const testnet = await start({ clock, folder: path });
    const { send } = await account(testnet, identity(1));
    await send('PUT', '/pub/file', { body: 'kept' });
    await testnet.close();
    const { homeserver } = await start({ clock, folder: path });
    const headers = { 'pubky-host': identity(1).key };
    expect(await (await fetch(`${homeserver.url}/pub/file`, { headers })).text()).toBe('kept');
  });

  it('starts on the ports it is told', async () => {
    const port = await freePort();
    const testnet = await start({ ports: { homeserver: port } });
    expect(testnet.homeserver.port).toBe(port);
    expect((await fetch(`http://localhost:${port}/`)).status).toBe(200);
  });

  it.each(['relay', 'authRelay', 'homeserver', 'admin'] as const satisfies readonly ServiceName[])(
    'names the server and the port that is taken (%s), and closes what had started',
    async (service) => {
      const { port, free } = await takenPort();
      const ports = {
        relay: await freePort(),
        authRelay: await freePort(),
        homeserver: await freePort(),
        admin: await freePort(),
        [service]: port,
      };
      const clock = stoppedClock();
      const path = await folder();
      const options: TestnetOptions = { ports, clock, folder: path, dht: { nodes: 1 } };
      await expect(createTestnet(options)).rejects.toMatchObject({
        code: 'TESTNET_PORT_TAKEN',
        context: { service, port },
      });
      expect(clock.pending).toBe(0);
      await free();
      // Every port and the folder are free again.
      await (await createTestnet(options)).close();
    },
  );

  it.each<[TestnetOptions]>([
    [{ ports: { relay: 65_536 } }],
    [{ ports: { relay: -1 } }],
    [{ ports: { relay: 1.5 } }],
    [{ memoryBytes: 0 }],
    [{ relayPackets: Number.NaN }],
    [{ dht: { nodes: 0 } }],
    [{ homeserver: { seed: new Uint8Array(31) } }],
    [{ homeserver: { quotaBytes: 0 } }],
    [{ homeserver: { fileBytes: -1 } }],
  ])('refuses %j', async (options) => {
    await expect(createTestnet(options)).rejects.toThrow(RangeError);
  });

  it('has a homeserver of its own where a seed is given, and shows it nowhere [O5]', async () => {
    const seed = new Uint8Array(32).fill(0xab);
    const lines: unknown[] = [];
    const log = (...line: unknown[]) => lines.push(line);
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const testnet = await start({ homeserver: { seed }, logger });
    expect(testnet.homeserver.publicKey).toBe(identity(0xab).key);
    const { cookie } = await account(testnet, identity(1));
    await fetch(`${testnet.relay.url}/x`);
    const shown = `${inspect(testnet, { depth: 9, showHidden: true })} ${JSON.stringify([testnet, lines])}`;
    for (const secret of ['abababab', 'ab, ab', '171,171', '171, 171', cookie.split('=')[1] ?? '']) {
      expect(shown).not.toContain(secret);
    }
  });

  it('publishes where its homeserver is, and again every hour, always newer', async () => {
    const clock = stoppedClock();
    const path = await folder();
    const testnet = await start({ clock, folder: path });
    const first = await homeserverRecord(testnet);
    expect(first.timestamp).toBe(BigInt(START_MS) * 1_000n);
    clock.advance(3_600_000);
    await waitFor(async () => (await homeserverRecord(testnet)).timestamp > first.timestamp);
    clock.advance(3_600_000);
    await waitFor(
      async () => (await homeserverRecord(testnet)).timestamp === BigInt(START_MS + 7_200_000) * 1_000n,
    );
    await testnet.close();
    // A clock that was set back: the record must be newer all the same.
    const again = await start({ clock: stoppedClock(), folder: path });
    expect((await homeserverRecord(again)).timestamp).toBe(BigInt(START_MS + 7_200_000) * 1_000n + 1n);
  });

  it('makes the same secrets of the same randomness, and no others', async () => {
    const invites = [1, 1, 2].map(async (number) => {
      const testnet = await start({ random: predictableRandomForTestingOnly(number) });
      return testnet.homeserver.createInvite();
    });
    const [one, same, other] = await Promise.all(invites);
    expect(one).toBe(same);
    expect(one).not.toBe(other);
  });

  it('leaves no timer behind when it closes, and closes once', async () => {
    const clock = stoppedClock();
    const testnet = await createTestnet({
      clock,
      dht: { nodes: 1 },
      folder: await folder(),
      logger: silentLogger,
    });
    void fetch(`${testnet.authRelay.url}waiting`).catch(() => {});
    void fetch(`${testnet.authRelay.url}sent`, { method: 'POST', body: 'x' }).catch(() => {});
    await waitFor(async () => clock.pending === 3);
    const [first, second] = [testnet.close(), testnet.close()];
    expect(first).toBe(second);
    await first;
    expect(clock.pending).toBe(0);
    for (const { port } of [testnet.relay, testnet.homeserver, testnet.authRelay, testnet.admin]) {
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    }
    await testnet[Symbol.asyncDispose]();
  });

  it('is closed by `await using`', async () => {
    let port: number;
    {
      await using testnet = await createTestnet();
      port = testnet.relay.port;
    }
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  it('keeps a write that was acknowledged, however soon it is closed [Q4]', async () => {
    const path = await folder();
    const testnet = await start({ folder: path });
    const { send } = await account(testnet, identity(1));
    const writes = Array.from({ length: 30 }, async (_, index) => {
      const { status } = await send('PUT', `/pub/${index}`, { body: 'x' });
      return status === 201 ? `/pub/${index}` : undefined;
    });
    await writes[10];
    const settled = Promise.allSettled(writes);
    await testnet.close();
    const kept = (await settled).flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const again = await start({ folder: path });
    for (const name of kept) {
      const response = await fetch(`${again.homeserver.url}${name}?pubky-host=${identity(1).key}`);
      expect([name, response.status]).toEqual([name, 200]);
    }
  });
});

describe('planOf', () => {
  it('has the ports of the official test network by one word', () => {
    expect(planOf({ ports: 'testnet' }).ports).toBe(TESTNET_PORTS);
    expect(TESTNET_PORTS).toEqual({
      relay: 15_411,
      authRelay: 15_412,
      homeserver: 6_286,
      admin: 6_288,
      dht: 6_881,
    });
  });

  it('copies the seed', () => {
    const seed = new Uint8Array(32).fill(1);
    const plan = planOf({ homeserver: { seed } });
    seed.fill(2);
    expect(plan.seed).toEqual(new Uint8Array(32).fill(1));
  });
});
