import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createThrowAwayPayer, systemClock, zBase32 } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { runRotate } from '../../src/keys/rotate.ts';
import { openAddressBook } from '../../src/payments/address-book.ts';
import { localNetwork, temporaryFolder } from '../home/command-run.ts';
import { networkOf, publishedText, putEndpoint } from './directory.ts';
import { createPerson, createPublished, type Person, paidLine, type Receiving } from './people.ts';
import { listenAndCut } from './trap.ts';

const folder = temporaryFolder();
const network = localNetwork();
const person = (name: string): Promise<Person> => createPublished(folder.path, name, network.environment);

const filesIn = async ({ home }: Person, name: string): Promise<number> =>
  (await readdir(join(home, name)).catch(() => [])).length;

describe('runPay', () => {
  it.each([
    ['ik', 'IK'],
    ['ik-raw', 'IK-raw'],
    ['xx', 'XX'],
    ['nn', 'NN'],
  ])('gets a receipt over %s, the same on both sides [F1] [F3] [W-05]', async (pattern, name) => {
    const [payee, payer] = [await person('payee'), await person('payer')];
    const receiving = await payee.receive(['--patterns', 'ik,ik-raw,xx,nn,n', '--once']);
    const { address, noiseKey } = receiving.line;
    expect(await publishedText(networkOf(network), payee.identity)).toBe(`noise://${address}@${noiseKey}`);

    const paid = paidLine(await payer.pay(payee.identity, ['--pattern', pattern]));
    expect((await receiving.ended).error).toBeUndefined();
    expect(paid).toMatchObject({ outcome: 'confirmed', pattern: name, address, addressFrom: 'endpoint' });
    expect(paid.key).toMatchObject({ noiseKey, state: 'verified', reason: 'discovered', degraded: false });
    expect(paid.receipt).toMatchObject({ amount: '21', currency: 'SAT', method: 'lightning' });
    expect(paid.receipt).toMatchObject({ payer: payer.identity, payee: payee.identity });
    expect(receiving.events().map(({ event }) => event)).toEqual([
      'listening',
      'connected',
      'payment',
      'closed',
    ]);
    expect(receiving.events()[2]).toMatchObject({ repeated: false, receipt: paid.receipt });
    expect([await filesIn(payee, 'receipts'), await filesIn(payer, 'receipts')]).toEqual([1, 1]);
    expect(await publishedText(networkOf(network), payee.identity)).toBeUndefined();
  });

  it("sends a request in nobody's name over n, which is kept apart and is no payment [F3] [W-05]", async () => {
    const [payee, payer] = [await person('payee'), await person('payer')];
    const receiving = await payee.receive(['--patterns', 'n', '--once']);
    const paid = paidLine(await payer.pay(payee.identity, ['--pattern', 'n']));
    await receiving.ended;
    expect(paid).toMatchObject({ outcome: 'sent', pattern: 'N', rule: 'anonymous-one-way' });
    expect(paid.receipt['payer']).not.toBe(payer.identity);
    expect(receiving.events()[2]).toMatchObject({ event: 'unverified-request', request: paid.receipt });
    expect([await filesIn(payee, 'receipts'), await filesIn(payer, 'receipts')]).toEqual([0, 0]);
    expect(await filesIn(payee, 'one-way-requests')).toBe(1);
  });

  it('chooses IK by itself and says why, for people [F1] [F3]', async () => {
    const [payee, payer] = [await person('payee'), await person('payer')];
    const receiving = await payee.receive(['--once']);
    const { output, told, error } = await payer.payInWords(payee.identity);
    expect(error).toBeUndefined();
    await receiving.ended;
    expect(told).toMatch(/^Key [0-9a-f]{16}… is verified: looked up, and new here, from \w+\.$/m);
    expect(told).toMatch(/^Pattern IK: The key of the peer is known and a signer is at hand/m);
    expect(output).toContain('The payee confirmed the receipt, and it is kept:');
    expect(output).toMatch(/^ {2}Amount {3}21 SAT$/m);
  });

  it('pays in the name of an identity whose key was never published, but only where that is proven otherwise [W-05]', async () => {
    const payee = await person('payee');
    const payer = await createPerson(folder.path, 'payer', network.environment);
    const receiving = await payee.receive(['--once']);
    for (const pattern of ['ik-raw', 'xx']) {
      const { error } = await payer.pay(payee.identity, ['--pattern', pattern]);
      expect(error).toMatchObject({ problem: 'own-key-unpublished' });
    }
    expect(paidLine(await payer.pay(payee.identity))).toMatchObject({ pattern: 'IK' });
    await receiving.ended;
  });

  it('tries once more if the payee has changed its key meanwhile [S3.2]', async () => {
    const [payee, payer] = [await person('payee'), await person('payer')];
    let receiving: Receiving | undefined;
    const before = await payee.noiseKey();
    const trap = await listenAndCut(async () => {
      expect((await payee.run(runRotate)).error).toBeUndefined();
      receiving = await payee.receive(['--once']);
    });
    await putEndpoint(payee, `noise://127.0.0.1:${trap.port}@${before}`);
    const ran = await payer.pay(payee.identity);
    const paid = paidLine(ran);
    await receiving?.ended;
    await trap.close();
    expect(ran.told).toContain(`is verified (has replaced ${before.slice(0, 16)}… on `);
    expect(ran.told).not.toContain('is rotated');
    expect(trap.connections()).toBe(1);
    expect(paid.key).toMatchObject({ state: 'rotated', reason: 'rotated', noiseKey: await payee.noiseKey() });
    expect(paid.address).toBe(receiving?.line.address);
    expect(paid.key.noiseKey).not.toBe(before);
  });

  it('pays with a key it knows while nobody can be asked, and says so [O5]', async () => {
    const [payee, payer] = [await person('payee'), await person('payer')];
    const receiving = await payee.receive(['--exit-after', '3']);
    paidLine(await payer.pay(payee.identity));
    network.testnet.faults.relay.set({ refuse: true });
    network.testnet.faults.homeserver.set({ refuse: true });
    const remembered = paidLine(await payer.pay(payee.identity));
    expect(remembered).toMatchObject({ addressFrom: 'remembered', key: { degraded: true } });
    const unknownThere = await payer.pay(payee.identity, ['--method', 'onchain']);
    expect(unknownThere.error).toMatchObject({ problem: 'endpoint-unreachable' });
    const degraded = await payer.pay(payee.identity, ['--connect', receiving.line.address]);
    expect(degraded.told).toMatch(/^Degraded: .*DISCOVERY_UNREACHABLE/m);
    expect(paidLine(degraded)).toMatchObject({
      addressFrom: 'argument',
      key: { reason: 'unreachable', degraded: true, from: 'cache' },
    });
    network.testnet.faults.relay.clear();
    network.testnet.faults.homeserver.clear();
    await receiving.ended;
    const stranger = zBase32.encode(createThrowAwayPayer());
    network.testnet.faults.relay.set({ refuse: true });
    expect((await payer.pay(stranger)).error).toMatchObject({ problem: 'unreachable' });
  });

  it('remembers where the payee was reached, for when nobody can say where it listens [O5]', async () => {
    const [payee, payer] = [await person('payee'), await person('payer')];
    const receiving = await payee.receive();
    const [before, first] = [Date.now(), paidLine(await payer.pay(payee.identity))];
    expect(first).toMatchObject({ addressFrom: 'endpoint' });
    expect(first.addressReachedAtMs).toBeUndefined();
    network.testnet.faults.homeserver.set({ refuse: true });
    const degraded = await payer.pay(payee.identity);
    expect(degraded.told).toMatch(
      /^Degraded: nobody can say where .* \(HOMESERVER_\w+\); the address is from 20/m,
    );
    const paid = paidLine(degraded);
    expect(paid).toMatchObject({ addressFrom: 'remembered', address: receiving.line.address });
    expect(paid.addressReachedAtMs).toBeGreaterThanOrEqual(before);
    network.testnet.faults.homeserver.clear();
    await receiving.interrupt();
    expect((await payer.pay(payee.identity)).error).toMatchObject({ problem: 'endpoint-missing' });
  });

  it('does not go to an address whose key the payee has not any more [O5] [S3.2]', async () => {
    const [payee, payer] = [await person('payee'), await person('payer')];
    const trap = await listenAndCut();
    await payer.withHome(({ store }) =>
      openAddressBook(store, { clock: systemClock }).remember(
        {
          host: '127.0.0.1',
          port: trap.port,
          payee: zBase32.decode(payee.identity, 32),
          method: 'lightning',
          noiseKey: new Uint8Array(32).fill(9),
          reachedAtMs: 1,
        },
        new AbortController().signal,
      ),
    );
    network.testnet.faults.homeserver.set({ refuse: true });
    expect((await payer.pay(payee.identity)).error).toMatchObject({ problem: 'endpoint-unreachable' });
    expect(trap.connections()).toBe(0);
    await trap.close();
  });
});
