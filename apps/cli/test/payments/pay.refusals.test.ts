import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connectPeerKeys, zBase32 } from 'pubky-paykit';
import { beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/command-errors.ts';
import { runImport } from '../../src/identity/import.ts';
import { runDecide } from '../../src/keys/decide.ts';
import { runPublish } from '../../src/keys/publish.ts';
import { runRevoke } from '../../src/keys/revoke.ts';
import { runPay } from '../../src/payments/pay.ts';
import { runReceive } from '../../src/payments/receive.ts';
import { localNetwork, type Ran, run, temporaryFolder } from '../home/command-run.ts';
import { putEndpoint } from './directory.ts';
import { later } from './jumping-clock.ts';
import { createPerson, createPublished, type Person, paidLine } from './people.ts';
import { listenAndCut } from './trap.ts';

const folder = temporaryFolder();
const network = localNetwork();
const DAY_MS = 86_400_000;

const asked = ({ identity }: Person): readonly string[] => [identity, '--amount', '21', '--json'];

const receiptsOf = async ({ home }: Person): Promise<number> =>
  (await readdir(join(home, 'receipts')).catch(() => [])).length;

/** Each failure says what to do next, and is none of ours with a stack. */
function expectProblem({ error, output }: Ran, problem: string): void {
  expect(JSON.parse(output)).toEqual({ outcome: 'failed', problem, message: error?.message });
  expect(error).toMatchObject({ problem });
  expect(error?.message).toMatch(new RegExp(`^${problem}: .+\\. \\S.*[.)]$`));
}

describe('runPay', () => {
  let payee: Person;
  let payer: Person;
  beforeEach(async () => {
    payee = await createPublished(folder.path, 'payee', network.environment);
    payer = await createPublished(folder.path, 'payer', network.environment);
  });

  it('does not pay to a key that was revoked, though it knew it before [S3.2] [F1]', async () => {
    const receiving = await payee.receive(['--once']);
    paidLine(await payer.pay(payee.identity));
    await receiving.ended;
    const revoked = await payee.run(runRevoke, ['--yes', '--no-successor']);
    expect(revoked.error).toBeUndefined();
    const trap = await listenAndCut();
    expectProblem(await payer.pay(payee.identity, ['--connect', `127.0.0.1:${trap.port}`]), 'revoked');
    expect(trap.connections()).toBe(0);
    await trap.close();
  });

  it('does not pay the identity of its own home, and connects nowhere for it [F1]', async () => {
    const trap = await listenAndCut();
    const toItself = await payer.pay(payer.identity, ['--connect', `127.0.0.1:${trap.port}`]);
    expectProblem(toItself, 'oneself');
    expect(toItself.told).not.toContain('Looking up');
    expect(trap.connections()).toBe(0);
    await trap.close();
  });

  it('names the newer key of a payee that has revoked the known one, and how to take it [S3.2] [F1]', async () => {
    const first = await payee.receive(['--once']);
    paidLine(await payer.pay(payee.identity));
    await first.ended;
    expect((await payee.run(runRevoke, ['--yes', '--no-successor'])).error).toBeUndefined();
    const alone = await payer.pay(payee.identity);
    expectProblem(alone, 'revoked');
    expect(alone.error?.message).not.toContain('a newer one is published');
    expect((await payee.run(runPublish, ['--new-key'])).error).toBeUndefined();
    const receiving = await payee.receive();
    const refused = await payer.pay(payee.identity);
    expectProblem(refused, 'revoked');
    const newer = (await payee.noiseKey()).slice(0, 16);
    expect(refused.error?.message).toContain(`a newer one is published: ${newer}…`);
    const command = `paykit keys decide ${payee.identity} --forget --home ${payer.home}`;
    expect(refused.error?.message).toContain(`\`${command}\``);
    expect((await payer.run(runDecide, [payee.identity, '--forget', '--yes'])).error).toBeUndefined();
    paidLine(await payer.pay(payee.identity));
    await receiving.interrupt();
  });

  it('learns of a revocation when a handshake fails [S3.2]', async () => {
    const trap = await listenAndCut(async () => {
      await payee.run(runRevoke, ['--yes', '--no-successor']);
    });
    await putEndpoint(payee, `noise://127.0.0.1:${trap.port}@${await payee.noiseKey()}`);
    const paid = await payer.pay(payee.identity);
    expectProblem(paid, 'revoked');
    expect(paid.told).toContain('The payee has revoked the key that was known.');
    expect(trap.connections()).toBe(1);
    await trap.close();
  });

  it('says that nobody of that name, or no such device, has published a key [F1]', async () => {
    const silent = await createPerson(folder.path, 'silent', network.environment);
    expectProblem(await payer.pay(silent.identity), 'absent');
    expectProblem(await payer.pay(payee.identity, ['--device', 'phone']), 'absent');
  });

  it('does not pay to a key that was not renewed for too long [F1]', async () => {
    expectProblem(await payer.pay(payee.identity, [], { clock: later(31 * DAY_MS) }), 'stale');
  });

  it('does not pay where another key was shown before [S3.2]', async () => {
    await payer.withHome(async ({ network: pubky, store }) => {
      const { cache } = connectPeerKeys({ network: pubky, store });
      const noiseKey = new Uint8Array(32).fill(9);
      const identity = zBase32.decode(payee.identity, 32);
      await cache.observe(identity, 'default', [{ kind: 'handshake', noiseKey }], { contact: 'occasional' });
    });
    expectProblem(await payer.pay(payee.identity), 'conflict');
  });

  it('says what is wrong with the address that is published [F1]', async () => {
    const cases = [
      ['', 'endpoint-missing'],
      ['bc1qexample', 'endpoint-static'],
      ['noise://127.0.0.1:1@00', 'endpoint-malformed'],
      [Uint8Array.of(0xff), 'endpoint-malformed'],
      ['x'.repeat(40_000), 'endpoint-malformed'],
    ] as const;
    expectProblem(await payer.pay(payee.identity), 'endpoint-missing');
    for (const [content, problem] of cases) {
      await putEndpoint(payee, content);
      expectProblem(await payer.pay(payee.identity), problem);
    }
  });

  it('says that nobody listens, and that another machine needs a word [F1]', async () => {
    const trap = await listenAndCut();
    await trap.close();
    const key = await payee.noiseKey();
    await putEndpoint(payee, `noise://127.0.0.1:${trap.port}@${key}`);
    expectProblem(await payer.pay(payee.identity), 'offline');
    await putEndpoint(payee, `noise://192.0.2.1:${trap.port}@${key}`);
    expectProblem(await payer.pay(payee.identity), 'insecure-address');
  });

  it('says how a test network is named, where that was forgotten [F1]', async () => {
    const receiving = await payee.receive();
    const paid = await payer.pay(payee.identity, [], { environment: { PAYKIT_PLAIN_HTTP_HOSTS: '' } });
    await receiving.interrupt();
    expect(JSON.parse(paid.output)).toMatchObject({ problem: 'DISCOVERY_LOCAL_ENDPOINT' });
    expect(paid.error?.message).toMatch(/^DISCOVERY_LOCAL_ENDPOINT: the homeserver .* Say --testnet, or /);
    expect(paid.error?.message).not.toContain('plainHttpHosts');
  });

  it('tells programs in one line, too, of what fails before anything is looked up, and no secret [F1] [S1.1]', async () => {
    const passphrase = 'not the one';
    const cases = [
      ['no-identity', await run(runPay, [...asked(payee), '--home', folder.inside('nobody')])],
      [
        'wrong-passphrase',
        await payer.pay(payee.identity, [], { environment: { PAYKIT_PASSPHRASE: passphrase } }),
      ],
      [
        'passphrase-missing',
        await payer.pay(payee.identity, [], { environment: { PAYKIT_PASSPHRASE: undefined } }),
      ],
      ['command-failed', await payer.pay(payee.identity, ['--passphrase-file', folder.inside('none')])],
    ] as const;
    for (const [problem, { output, error }] of cases) {
      expect(output).toMatch(/^[^\n]+\n$/);
      expect(JSON.parse(output)).toEqual({ outcome: 'failed', problem, message: error?.message });
      expect(output).not.toContain(passphrase);
    }
  });

  it('sends nobody to sign elsewhere what cannot be signed there [F1] [O3]', async () => {
    const home = ['--home', folder.inside('public')];
    await run(runImport, ['--public', payer.identity, ...home]);
    const paid = await run(runPay, [...asked(payee), ...home]);
    const receiving = await run(runReceive, home);
    expect(JSON.parse(paid.output)).toMatchObject({ problem: 'no-seed' });
    for (const { error } of [paid, receiving]) {
      expect(error?.problem).toBe('no seed');
      expect(error?.message).not.toContain('keys prepare');
    }
  });

  it('prints no line of JSON for mistakes in the arguments [F1]', async () => {
    const { output, error } = await payer.pay(payee.identity, ['--pattern', 'kk']);
    expect([output, error]).toEqual(['', expect.any(UsageError)]);
  });

  it('sends nothing to an address that was given another key on the homeserver [S3.2] [W-14]', async () => {
    const thief = await createPublished(folder.path, 'thief', network.environment);
    const stealing = await thief.receive();
    await putEndpoint(payee, `noise://${stealing.line.address}@${stealing.line.noiseKey}`);
    expectProblem(await payer.pay(payee.identity), 'endpoint-tampered');
    expect((await stealing.interrupt()).output).not.toContain('connect');
  });

  it.each([
    ['ik', 'broken-off'],
    ['ik-raw', 'broken-off'],
    ['xx', 'impostor'],
    ['nn', 'impostor'],
  ])(
    'asks nothing of an impostor over %s, whose address names the right key [S3.2] [W-05]',
    async (pattern, problem) => {
      const thief = await createPublished(folder.path, 'thief', network.environment);
      const stealing = await thief.receive(['--patterns', 'ik,ik-raw,xx,nn']);
      await putEndpoint(payee, `noise://${stealing.line.address}@${await payee.noiseKey()}`);
      const paid = await payer.pay(payee.identity, ['--pattern', pattern]);
      expectProblem(paid, problem);
      // The key was looked up again where it was used, and is the same.
      expect(paid.told.includes('looking the key up again')).toBe(pattern !== 'nn');
      expect(paid.told).not.toContain('trying once more');
      const events = (await stealing.interrupt()).output;
      expect(events).not.toContain('"payment"');
      expect([await receiptsOf(payer), await receiptsOf(thief)]).toEqual([0, 0]);
    },
  );

  it('says what the payee refuses a request for [F1]', async () => {
    const receiving = await payee.receive(['--method', 'onchain', '--patterns', 'ik']);
    const connect = ['--connect', receiving.line.address];
    const refused = await payer.pay(payee.identity, connect);
    expectProblem(refused, 'refused');
    expect(refused.error?.message).toContain('UNKNOWN_METHOD');
    expectProblem(await payer.pay(payee.identity, ['--method', 'onchain', '--pattern', 'xx']), 'broken-off');
    await receiving.interrupt();
    expect(receiving.events()).toContainEqual({ event: 'refused', reason: 'UNKNOWN_METHOD' });
    expect(await receiptsOf(payer)).toBe(0);
  });

  it('says on both sides that the payee could not look the payer up, and that ik needs no look-up [F1] [O5]', async () => {
    const receiving = await payee.receive();
    const there = ['--connect', receiving.line.address];
    paidLine(await payer.pay(payee.identity, there));
    network.testnet.faults.relay.set({ refuse: true });
    network.testnet.faults.homeserver.set({ refuse: true });
    const refused = await payer.pay(payee.identity, [...there, '--pattern', 'xx']);
    expectProblem(refused, 'unavailable');
    expect(refused.error?.message).toContain('--pattern ik needs no look-up');
    paidLine(await payer.pay(payee.identity, [...there, '--pattern', 'ik']));
    await receiving.interrupt();
    const event = { event: 'refused', reason: 'UNAVAILABLE', code: 'PAYKIT_LOOKUP_FAILED' };
    expect(receiving.events()).toContainEqual(event);
  });

  it('is not confirmed where the payee cannot verify the payer [W-05]', async () => {
    const receiving = await payee.receive();
    // Nobody finds a record of the payer.
    network.testnet.faults.relay.set({ status: 404 }, { only: { path: `/${payer.identity}` } });
    const refused = await payer.pay(payee.identity, [
      '--pattern',
      'ik-raw',
      '--connect',
      receiving.line.address,
    ]);
    expectProblem(refused, 'payer-unverified');
    await receiving.interrupt();
    expect(await receiptsOf(payee)).toBe(0);
  });
});
