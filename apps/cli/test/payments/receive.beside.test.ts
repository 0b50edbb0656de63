import { createServer } from 'node:net';
import { hex } from 'pubky-paykit';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runRevoke } from '../../src/keys/revoke.ts';
import { runRotate } from '../../src/keys/rotate.ts';
import { localNetwork, temporaryFolder } from '../home/command-run.ts';
import { payToKey } from './dialling-a-key.ts';
import { networkOf, publishedText } from './directory.ts';
import { createJumpingClock } from './jumping-clock.ts';
import { createPublished, type Person, paidLine, type Receiving } from './people.ts';

const folder = temporaryFolder();
const network = localNetwork();
const LOOK_MS = 15_000;
const endpoint = () => publishedText(networkOf(network), payee.identity);
/** A relay that nobody is at: who asks it is in an outage of their own. */
let deadRelay = '';
let payee: Person;
let payer: Person;
let clock: ReturnType<typeof createJumpingClock>;
let receiving: Receiving;
let changed: Promise<string>;
let addressFailed: Promise<void>;

beforeAll(async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  deadRelay = `https://127.0.0.1:${port}`;
});

/** Rotates the key of the payee by another command at the same home. @returns The new key in hex. */
async function rotateBeside(): Promise<string> {
  expect((await payee.run(runRotate)).error).toBeUndefined();
  return payee.noiseKey();
}

describe('runReceive beside another command that changes its keys', () => {
  beforeEach(async () => {
    payee = await createPublished(folder.path, 'payee', network.environment);
    payer = await createPublished(folder.path, 'payer', network.environment);
    // The payee looks by itself when a test says so.
    clock = createJumpingClock({ heldFromMs: LOOK_MS });
    let hear: (noiseKey: string) => void = () => {};
    changed = new Promise((resolve) => {
      hear = resolve;
    });
    let hearFailure: () => void = () => {};
    addressFailed = new Promise((resolve) => {
      hearFailure = resolve;
    });
    const onWritten = (text: string): void => {
      const line = JSON.parse(text) as { readonly event: string; readonly noiseKey: string };
      if (line.event === 'key-changed') hear(line.noiseKey);
      if (line.event === 'address-failed') hearFailure();
    };
    receiving = await payee.receive(['--patterns', 'ik,ik-raw,n'], { clock, onWritten });
  });

  it('answers a payer who knows the former key alone and can ask nobody, in IK, IK-raw and N [O4] [O5]', async () => {
    const { address, noiseKey: former } = receiving.line;
    paidLine(await payer.pay(payee.identity));
    const current = await rotateBeside();
    expect(current).not.toBe(former);
    for (const pattern of ['ik', 'ik-raw', 'n']) {
      const environment = { PAYKIT_RELAYS: deadRelay, PAYKIT_PLAIN_HTTP_HOSTS: undefined };
      const asked = ['--connect', address, '--pattern', pattern];
      const paid = paidLine(await payer.pay(payee.identity, asked, { environment }));
      expect(paid).toMatchObject({ key: { noiseKey: former, reason: 'unreachable', degraded: true } });
      expect(paid.outcome).toBe(pattern === 'n' ? 'sent' : 'confirmed');
    }
    // The first of them has made the payee look.
    expect(await changed).toBe(current);
    expect(await endpoint()).toBe(`noise://${address}@${current}`);
    expect(paidLine(await payer.pay(payee.identity)).key).toMatchObject({
      noiseKey: current,
      reason: 'rotated',
    });
    await receiving.interrupt();
    const connected = receiving.events().filter(({ event }) => event === 'connected');
    expect(connected.map(({ formerKey = false }) => formerKey)).toEqual([false, true, true, true, false]);
  });

  it('is paid by who finds the new key while the address still names the former one [O4]', async () => {
    const current = await rotateBeside();
    expect(await endpoint()).toContain(receiving.line.noiseKey);
    const paid = await payer.pay(payee.identity);
    expect(paidLine(paid).key).toMatchObject({ noiseKey: current, reason: 'discovered' });
    expect(paid.told).toContain('still names the key the payee had before');
    expect(await changed).toBe(current);
    await receiving.interrupt();
  });

  it('notices the new key though nobody comes, and takes its address back in the end [O4]', async () => {
    const current = await rotateBeside();
    clock.jump(LOOK_MS);
    expect(await changed).toBe(current);
    expect(await endpoint()).toBe(`noise://${receiving.line.address}@${current}`);
    await receiving.interrupt();
    expect(await endpoint()).toBeUndefined();
  });

  it('says so once where the new key cannot be put into the address, and goes on trying [O5]', async () => {
    const current = await rotateBeside();
    network.testnet.faults.homeserver.set({ refuse: true });
    clock.jump(LOOK_MS);
    await addressFailed;
    network.testnet.faults.homeserver.clear();
    expect(await changed).toBe(current);
    expect(await endpoint()).toContain(current);
    await receiving.interrupt();
    const told = receiving.events().map(({ event }) => event);
    expect(told).toEqual(['listening', 'address-failed', 'key-changed', 'closed']);
  });

  it('refuses a former key that was revoked, from the next connection on [O4]', async () => {
    const former = receiving.line.noiseKey;
    await rotateBeside();
    const dialled = { payer, payee, receiving, clock, remoteStatic: hex.decode(former) };
    expect(await payToKey({ ...dialled, pattern: 'IK' })).toBe('confirmed');
    expect((await payee.run(runRevoke, ['--key', former.slice(0, 16), '--yes'])).error).toBeUndefined();
    for (const pattern of ['IK', 'IK-raw'] as const) {
      expect(await payToKey({ ...dialled, pattern })).toMatch(/^TRANSPORT_(HANDSHAKE_CUT|CONNECTION_LOST)$/);
    }
    await receiving.interrupt();
    expect(receiving.events().filter(({ event }) => event === 'payment')).toHaveLength(1);
  });
});
