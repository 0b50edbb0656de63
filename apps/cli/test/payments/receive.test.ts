import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ByteStream,
  connectPeerKeys,
  createMemoryReceiptStore,
  createMemoryStore,
  createProvisionalReceipt,
  deriveNoiseKeyPair,
  hex,
  IK_RAW,
  openPaymentChannel,
  requestReceipt,
  zBase32,
} from 'pubky-paykit';
import { connectTcp } from 'pubky-paykit/node';
import { beforeEach, describe, expect, it } from 'vitest';
import { runRevoke } from '../../src/keys/revoke.ts';
import { localNetwork, temporaryFolder } from '../home/command-run.ts';
import { networkOf, publishedText, putEndpoint } from './directory.ts';
import { createJumpingClock, later } from './jumping-clock.ts';
import { createPerson, createPublished, type Person, paidLine } from './people.ts';

const folder = temporaryFolder();
const network = localNetwork();
const DAY_MS = 86_400_000;
const endpoint = (method?: string) => publishedText(networkOf(network), payee.identity, method);
let payee: Person;

/** What somebody who has never looked finds of a key, so many milliseconds from now. */
async function outcomeOf({ identity }: Person, aheadMs: number): Promise<string> {
  const options = { network: networkOf(network), store: createMemoryStore(), clock: later(aheadMs) };
  const { discovery } = connectPeerKeys(options);
  return (await discovery.discoverNoiseKey(zBase32.decode(identity, 32))).outcome;
}

describe('runReceive', () => {
  beforeEach(async () => {
    payee = await createPublished(folder.path, 'payee', network.environment);
  });

  it('publishes where it listens for each method, and takes it back when it is interrupted [F1]', async () => {
    const receiving = await payee.receive(['--method', 'lightning', '--method', 'onchain']);
    const text = `noise://${receiving.line.address}@${receiving.line.noiseKey}`;
    expect([await endpoint(), await endpoint('onchain')]).toEqual([text, text]);
    expect(receiving.line).toMatchObject({
      methods: ['lightning', 'onchain'],
      patterns: ['IK', 'IK-raw', 'XX'],
    });
    const { error } = await receiving.interrupt();
    expect(error).toBeUndefined();
    expect([await endpoint(), await endpoint('onchain')]).toEqual([undefined, undefined]);
    expect(receiving.events().at(-1)).toEqual({ event: 'closed', withdrawn: true, left: [] });
  });

  it('tells of connections that are too many, once for all of a minute [F1]', async () => {
    const receiving = await payee.receive();
    const [host = '', port] = receiving.line.address.split(':');
    // One after the other: the server takes them in that order.
    const streams: ByteStream[] = [];
    while (streams.length < 13) streams.push(await connectTcp({ host, port: Number(port) }));
    // Those that are refused are at their end.
    await Promise.all(streams.slice(10).map((stream) => stream.read().catch(() => undefined)));
    for (const stream of streams) stream.abort();
    await receiving.interrupt();
    const told = receiving.events().filter(({ event }) => event === 'connections-refused');
    expect(told).toEqual([
      { event: 'connections-refused', count: 1, reasons: { rate: 1 } },
      { event: 'connections-refused', count: 2, reasons: { rate: 2 } },
    ]);
  });

  it('publishes the address it is told to [W-66]', async () => {
    const receiving = await payee.receive(['--advertise', 'pay.example:8888']);
    expect(await endpoint()).toBe(`noise://pay.example:8888@${receiving.line.noiseKey}`);
    await receiving.interrupt();
  });

  it('replaces the address of a run that could not take it back, and no other one', async () => {
    await putEndpoint(payee, `noise://127.0.0.1:1@${hex.encode(new Uint8Array(32))}`);
    await (await payee.receive()).interrupt();
    expect(await endpoint()).toBeUndefined();
    await putEndpoint(payee, 'bc1qexample', 'onchain');
    const refused = await (await payee.receive(['--method', 'lightning', '--method', 'onchain'])).ended;
    expect(refused.error?.message).toContain('another address');
    expect([await endpoint(), await endpoint('onchain')]).toEqual([undefined, 'bc1qexample']);
  });

  it('says so where the homeserver cannot be told that it has ended [O5]', async () => {
    const receiving = await payee.receive();
    network.testnet.faults.homeserver.set({ refuse: true });
    await receiving.interrupt();
    expect(receiving.events().at(-1)).toEqual({ event: 'closed', withdrawn: false, left: ['lightning'] });
  });

  it('says what to run where the key is not published, or is revoked [F1]', async () => {
    const nobody = await createPerson(folder.path, 'nobody', network.environment);
    const unpublished = await (await nobody.receive()).ended;
    expect(unpublished.error?.message).toContain('paykit keys publish');
    await payee.run(runRevoke, ['--yes', '--no-successor']);
    const revoked = await (await payee.receive()).ended;
    expect(revoked.error?.message).toContain('paykit keys publish');
  });

  it('listens for other machines only if it is told to [T1]', async () => {
    const refused = await (await payee.receive(['--listen', '192.0.2.1:0'])).ended;
    expect(refused.error?.message).toContain('--allow-insecure');
    expect(await endpoint()).toBeUndefined();
  });

  it('takes several payments, one line for each, and ends after as many as it is told [F1]', async () => {
    const receiving = await payee.receive(['--exit-after', '2']);
    const payer = await createPublished(folder.path, 'payer', network.environment);
    const first = paidLine(await payer.pay(payee.identity));
    const second = paidLine(await payer.pay(payee.identity, ['--amount', '0.5', '--currency', 'USD']));
    expect(second.key).toMatchObject({ reason: 'confirmed', state: 'verified' });
    await receiving.ended;
    const payments = receiving.events().filter(({ event }) => event === 'payment');
    expect(payments.map(({ receipt }) => receipt)).toEqual([first.receipt, second.receipt]);
  });

  it('signs its record again while it listens, and publishes it, so that it is found for as long [O3] [O4]', async () => {
    const clock = createJumpingClock();
    const receiving = await payee.receive([], { clock });
    // That of the beginning is too old by then.
    const inAMonth = (): Promise<string> => outcomeOf(payee, 31 * DAY_MS);
    expect(await inAMonth()).toBe('stale');
    clock.jump(8 * DAY_MS);
    while ((await inAMonth()) !== 'found');
    expect((await receiving.interrupt()).error).toBeUndefined();
  });

  it('confirms nothing to who asks in the name of somebody whose Noise key it does not have [W-05]', async () => {
    const victim = await createPublished(folder.path, 'victim', network.environment);
    const receiving = await payee.receive(['--patterns', 'ik-raw']);
    const [host = '', port = ''] = receiving.line.address.split(':');
    const stream = await connectTcp({ host, port: Number(port) });
    const noiseKey = deriveNoiseKeyPair(new Uint8Array(32).fill(6), 'default');
    const remoteStatic = hex.decode(receiving.line.noiseKey);
    const channel = await openPaymentChannel(stream, { noiseKey }, { profile: IK_RAW, remoteStatic });
    const request = createProvisionalReceipt({
      payer: zBase32.decode(victim.identity, 32),
      payee: zBase32.decode(payee.identity, 32),
      methodId: 'lightning',
      amount: '21',
    });
    const asking = requestReceipt(channel, request, { store: createMemoryReceiptStore() });
    await expect(asking).rejects.toMatchObject({ context: { peerCode: 'WRONG_PAYER' } });
    await channel.close();
    noiseKey.destroy();
    const { output } = await receiving.interrupt();
    expect(output).toContain('{"event":"refused","reason":"WRONG_PAYER"}');
    expect(output).not.toContain('"payment"');
    await expect(readdir(join(payee.home, 'receipts'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
